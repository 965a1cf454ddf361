import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { verdictLineSchema } from '../../src/generated/schemas.js';
import { verdictLines } from '../../src/action/verdict-lines.js';
import { reports as states } from '../report/states.js';

const validate = new Ajv({ strict: false }).compile(verdictLineSchema);
const run = { repository: 'octo-org/shapes', commit: 'c'.repeat(40), pullRequest: 7, run: null };

describe('verdictLines', () => {
  it.each(Object.entries(states))('says the state %s in one valid line', (_, report) => {
    const text = verdictLines([report], run);
    expect(text).toMatch(/^\{[^\n]*\}\n$/u);
    const line = JSON.parse(text) as Record<string, unknown>;
    expect(validate(line)).toBe(true);
    expect(line).toMatchObject({
      ...run,
      status: report.status,
      family: report.verdict?.family ?? null,
      findings: report.findings.map(({ id }) => id),
    });
  });

  it('has a line for each dataset', () => {
    expect(verdictLines(Object.values(states), run).trimEnd().split('\n')).toHaveLength(
      Object.keys(states).length,
    );
  });
});
