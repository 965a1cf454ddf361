import { describe, expect, it } from '@jest/globals';
import { argmaxRows, countCorrect } from '../../src/engine/argmax.js';

describe('argmaxRows', () => {
  it('takes the first of equals', () => {
    expect([...argmaxRows(Float32Array.from([1, 3, 3, 0, -1, -2]), 3)]).toEqual([1, 0]);
  });
});

it('counts the rows whose label has the highest logit', () => {
  expect(countCorrect(Float32Array.from([1, 3, 2, 5, 4, 4]), Int32Array.of(1, 0), 3)).toBe(2);
  expect(countCorrect(Float32Array.from([1, 3, 3, 5, 4, 4]), Int32Array.of(2, 1), 3)).toBe(0);
});
