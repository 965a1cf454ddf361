import { describe, expect, it } from '@jest/globals';
import { largestClass } from '../../src/probe/controls.js';

describe('largestClass', () => {
  it('names the commonest class of the training rows', () => {
    const rows = Int32Array.from({ length: 400 }, (_, i) => i);
    const uneven = rows.map((row) => (row % 10 === 0 ? 1 : 0));
    expect(largestClass(uneven, rows, rows, 2, 'accuracy').accuracy).toBeCloseTo(0.9);
    expect(largestClass(uneven, rows, rows, 2, 'balanced-accuracy').accuracy).toBeCloseTo(0.5);
  });
});
