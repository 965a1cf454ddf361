import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readPlan } from '../../src/probe/read-plan.js';
import { folderWith } from '../fixtures/folder-with.js';

const folder = folderWith({});
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return name;
};
const trial = {
  strategy: 'scratch',
  variant: 'small net',
  trainExamples: 80,
  seed: 1,
  epochs: 30,
  rates: [0.1],
  flip: true,
};
const frozen = { ...trial, strategy: 'frozen', variant: 'joined depths', rates: [] };

describe('readPlan', () => {
  it('takes the trials of a receipt, or of a whole report, the linear probes apart', () => {
    const receipt = { trials: [frozen, { ...trial, seconds: 3, status: 'done', rate: 0.1 }] };
    expect(readPlan(write('receipt.json', JSON.stringify(receipt)), folder)).toEqual({
      trials: [trial],
      probes: [{ ...frozen, epochs: 1, flip: false }],
      seed: null,
      budgetSeconds: null,
    });
    const whole = { ...receipt, seeds: [7], settings: { budgetSeconds: 40 } };
    expect(readPlan(write('report.json', JSON.stringify({ receipt: whole })), folder)).toEqual({
      trials: [trial],
      probes: [{ ...frozen, epochs: 1, flip: false }],
      seed: 7,
      budgetSeconds: 40,
    });
  });

  it('reads a file that an editor began with a byte order mark', () => {
    expect(
      readPlan(write('marked.json', `\uFEFF${JSON.stringify({ trials: [trial] })}`), folder).trials,
    ).toEqual([trial]);
  });

  it('repeats a trial of half the passes as one', () => {
    const half = { ...trial, halfSchedule: true };
    const { trials, probes } = readPlan(write('half.json', JSON.stringify({ trials: [half] })), folder);
    expect(trials).toEqual([half]);
    expect(probes).toBeNull();
    const wrong = JSON.stringify({ trials: [{ ...trial, halfSchedule: 'yes' }] });
    expect(() => readPlan(write('wrong.json', wrong), folder)).toThrow(/trial 1 is not one/);
  });

  it('repeats a trial with the threads that it had', () => {
    const written = (threads: unknown) => JSON.stringify({ trials: [{ ...trial, threads }] });
    expect(readPlan(write('many.json', written(4)), folder).trials).toEqual([{ ...trial, threads: 4 }]);
    expect(readPlan(write('one.json', written(1)), folder).trials).toEqual([trial]);
    for (const wrong of [0, 1.5, '2', 1e9, null]) {
      expect(() => readPlan(write('wrong.json', written(wrong)), folder)).toThrow(/trial 1 is not one/);
    }
  });

  it.each([
    ['not JSON', '{', /cannot be read as JSON/],
    ['no list', '{"trials": 3}', /holds no list of trials/],
    [
      'an unknown variant',
      JSON.stringify({ trials: [{ ...trial, variant: 'x' }] }),
      /trial 1 is not one that this version knows/,
    ],
    ['a negative rate', JSON.stringify({ trials: [{ ...trial, rates: [-1] }] }), /trial 1 is not one/],
  ])('refuses %s', (_, text, message) => {
    expect(() => readPlan(write('bad.json', text), folder)).toThrow(message);
  });

  it('names a file that is not there', () => {
    expect(() => readPlan('absent.json', folder)).toThrow(/absent\.json: does not exist/);
  });
});
