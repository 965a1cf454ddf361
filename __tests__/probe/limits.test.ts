import { describe, expect, it } from '@jest/globals';
import { sampleLimit, testLimit } from '../../src/probe/read-images.js';

describe('the limits of a short budget', () => {
  it('leave few classes to the budget', () => {
    expect([10, 100, 1e5].map((seconds) => testLimit(seconds, 10))).toEqual([300, 800, 2000]);
    expect([10, 100, 1e5].map((seconds) => sampleLimit(seconds, 10))).toEqual([2000, 4000, 20_000]);
  });

  it('keep two test images of each of many classes, and enough to deal them', () => {
    expect(testLimit(10, 200)).toBe(400);
    expect(sampleLimit(10, 1000)).toBe(8000);
  });
});
