import { describe, expect, it } from '@jest/globals';
import { InputError } from '../../src/problem.js';
import { parseBudget } from '../../src/scheduling/budget.js';

describe('parseBudget', () => {
  it.each([
    ['40s', 40],
    ['5m', 300],
    ['1.5h', 5400],
    ['90', 90],
    [' 2 M ', 120],
    ['1m30s', 90],
    ['1m 30s', 90],
    ['1h30m', 5400],
    ['1h0m10s', 3610],
    ['5min', 300],
    ['5 mins', 300],
    ['5 minutes', 300],
    ['1 Minute', 60],
    ['90 s', 90],
    ['90sec', 90],
    ['45 seconds', 45],
    ['2 hours', 7200],
    ['1hr', 3600],
    ['1 hour 30 minutes', 5400],
    ['0.5 hours', 1800],
    ['24h', 86_400],
  ])('reads %s', (text, seconds) => {
    expect(parseBudget(text)).toBe(seconds);
  });

  it.each([
    '',
    'soon',
    '-5m',
    '4s',
    '25h',
    '23h 61m',
    '1e9',
    '1m30',
    '30s1m',
    '1m1m',
    '5 parsecs',
    '1,5h',
    '5m!',
    'm',
    '1:30',
    'Infinity',
  ])('refuses "%s" with the remedy', (text) => {
    expect(() => parseBudget(text)).toThrow(InputError);
    expect(() => parseBudget(text)).toThrow(/Write it like 40s, 5m, 1m30s or 1h\./);
  });

  it('answers at once to a text that goes on for long', () => {
    expect(() => parseBudget('1m '.repeat(50_000))).toThrow(InputError);
    expect(() => parseBudget(`${'1'.repeat(50_000)}!`)).toThrow(InputError);
  });
});
