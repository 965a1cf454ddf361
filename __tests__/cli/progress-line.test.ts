import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { progressLine, progressText } from '../../src/cli/progress.js';
import type { Progress } from '../../src/pipeline/run.js';

const event = (changes: Partial<Progress> = {}): Progress => ({
  stage: 'train',
  message: 'objects: trial 7',
  done: 7,
  total: 18,
  secondsLeft: 171,
  ...changes,
});

describe('progressLine', () => {
  it('is a bar of the budget that is used, not of the trials', () => {
    const line = progressLine(event({ done: 18, total: 18 }), 300, 100);
    expect(line).toMatch(/^\[#{9}-{11}\] 43 %, 3 min left, objects: trial 7, 18 of 18$/);
  });

  it.each([1, 2, 10, 20, 40, 80, 200])('never fills the last of %i columns', (columns) => {
    for (const message of ['a'.repeat(500), '写真'.repeat(200), '👩‍👩‍👧'.repeat(100), 'é'.repeat(300)]) {
      for (const secondsLeft of [171, null]) {
        const line = progressLine(event({ message, secondsLeft }), 300, columns);
        expect(stringWidth(line)).toBeLessThan(Math.max(columns, 1));
        expect(line).not.toMatch(/\p{Cs}$/u);
      }
    }
  });

  it.each([
    [300, '0 %'],
    [299, '0 %'],
    [150, '50 %'],
    [0, '100 %'],
    [-5, '100 %'],
    [400, '0 %'],
  ])('with %i s left of 300 says %s', (secondsLeft, percent) => {
    expect(progressLine(event({ secondsLeft }), 300, 80)).toContain(`] ${percent}, `);
  });

  it('has no bar where there is no budget, or none runs yet', () => {
    expect(progressLine(event({ secondsLeft: null }), 300, 80)).toBe('objects: trial 7, 7 of 18');
    expect(progressLine(event({ total: null, message: 'reading .' }), 300, 80)).toBe('reading .');
  });

  it('carries nothing that a terminal or a runner acts on', () => {
    const message = 'a\x1b[2J\r\nb\u202e::error::c';
    for (const text of [progressLine(event({ message }), 300, 200), progressText(event({ message }), 300)])
      // eslint-disable-next-line no-control-regex -- control characters are what it must not have
      expect(text).not.toMatch(/[\x00-\x1f\u202e]|(?:^|\s)::/);
  });
});

describe('progressText', () => {
  it('says in a log what the bar shows', () => {
    expect(progressText(event(), 300)).toBe('objects: trial 7, 7 of 18, 43 % of the budget used, 3 min left');
    expect(progressText(event({ secondsLeft: null, total: null }), 300)).toBe('objects: trial 7');
  });
});
