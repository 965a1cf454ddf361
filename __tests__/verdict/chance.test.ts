import { describe, expect, it } from '@jest/globals';
import { chanceError, chanceOf, isLearning } from '../../src/verdict/statistics.js';

const skewed = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2];

describe('chanceOf', () => {
  it('is one class in all, or the largest class where that is more', () => {
    expect(chanceOf('accuracy', 10, null)).toBe(0.1);
    expect(chanceOf('accuracy', 3, skewed)).toBe(0.6);
    expect(chanceOf('accuracy', 2, [0, 1, 0, 1])).toBe(0.5);
  });

  it('is one of the classes that occur in balanced accuracy', () => {
    expect(chanceOf('balanced-accuracy', 4, skewed)).toBeCloseTo(1 / 3);
    expect(chanceOf('balanced-accuracy', 4, null)).toBe(0.25);
  });
});

describe('chanceError', () => {
  it('shrinks with the test images', () => {
    expect(chanceError('accuracy', 0.5, 100, null)).toBeCloseTo(0.05);
    expect(chanceError('accuracy', 0.5, 10_000, null)).toBeCloseTo(0.005);
  });

  it('is larger in balanced accuracy where a class has few test images', () => {
    const even = Array.from({ length: 100 }, (_, i) => i % 2);
    const uneven = Array.from({ length: 100 }, (_, i) => (i < 96 ? 0 : 1));
    expect(chanceError('balanced-accuracy', 0.5, 100, even)).toBeCloseTo(0.05);
    expect(chanceError('balanced-accuracy', 0.5, 100, uneven)).toBeCloseTo(
      Math.sqrt(0.25 / 96 + 0.25 / 4) / 2,
    );
  });
});

describe('isLearning', () => {
  it('asks for more than two standard errors above chance', () => {
    expect(isLearning(0.119, 0.1, 0.01)).toBe(false);
    expect(isLearning(0.121, 0.1, 0.01)).toBe(true);
    expect(isLearning(0.02, 0.1, 0.01)).toBe(false);
  });
});
