import { describe, expect, it } from '@jest/globals';
import { InputError } from '../../src/problem.js';
import { readReport } from '../../src/report/validate.js';
import { aReport } from './fixture.js';
import { reports } from './states.js';

describe('readReport', () => {
  it.each(Object.keys(reports))('takes the report of the state %s, as it was written', (state) => {
    const written: unknown = JSON.parse(JSON.stringify(reports[state]));
    expect(readReport(written)).toEqual(reports[state]);
  });

  it.each<[string, unknown, RegExp]>([
    ['null', null, /report\.json: It must be object/u],
    ['something else', [], /It must be object/u],
    [
      'another schema',
      { ...aReport(), schema: 'headstart/report/v9' },
      /\/schema must be equal to constant/u,
    ],
    ['an unknown status', { ...aReport(), status: 'done' }, /\/status must be equal to one of/u],
    [
      'a strategy that is none',
      { ...aReport(), verdict: { ...aReport().verdict, choice: '__proto__' } },
      /\/verdict/u,
    ],
    ['words for numbers', { ...aReport(), dataset: { ...aReport().dataset, samples: '9' } }, /\/dataset/u],
  ])('refuses %s, naming the place', (_, value, message) => {
    expect(() => readReport(value)).toThrow(InputError);
    expect(() => readReport(value)).toThrow(message);
  });
});
