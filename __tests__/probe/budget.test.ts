import { describe, expect, it } from '@jest/globals';
import { InputError } from '../../src/manifest/problem.js';
import { parseBudget } from '../../src/probe/budget.js';

describe('parseBudget', () => {
  it.each([
    ['40s', 40],
    ['5m', 300],
    ['1.5h', 5400],
    ['90', 90],
    [' 2 M ', 120],
  ])('reads %s', (text, seconds) => {
    expect(parseBudget(text)).toBe(seconds);
  });

  it.each(['', 'soon', '-5m', '4s', '25h', '5 minutes', '5m30s', '1e9'])(
    'refuses "%s" with the remedy',
    (text) => {
      expect(() => parseBudget(text)).toThrow(InputError);
      expect(() => parseBudget(text)).toThrow(/Write it like 40s, 5m or 1h\./);
    },
  );
});
