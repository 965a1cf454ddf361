import { describe, expect, it } from '@jest/globals';
import {
  causesOf,
  shown,
  type StepRecord,
  stepFile,
  strictStep,
} from '../../../src/github/forks/step-record.js';
import { aReport } from '../../report/fixture.js';
import { reports } from '../../report/states.js';

const step = (causes: StepRecord['causes'], details: StepRecord['details'] = 'full'): StepRecord =>
  strictStep(JSON.parse(stepFile({ details, causes })));

describe('causesOf', () => {
  it('passes only what step, reports and run all pass', () => {
    const decided = [reports['decided']];
    expect(causesOf(decided, [step([])], [], null)).toEqual([]);
    expect(causesOf(decided, [], [], null)).toEqual([]);
    expect(causesOf(decided, [step([]), step(['A gate.'])], [], null)).toEqual(['A gate.']);
    expect(causesOf(decided, [step([])], [], 'The run failed.')).toEqual(['The run failed.']);
    expect(causesOf(decided, [], [], 'The run failed.')).toEqual(['The run failed.']);
    expect(causesOf(decided, [step(null)], [], null)).toHaveLength(1);
    expect(causesOf([reports['stopped']], [step([])], [], null)).toHaveLength(1);
  });

  it('says once what step and reports both say', () => {
    const [cause] = causesOf([reports['stopped']], [], [], null);
    expect(causesOf([reports['stopped']], [step([cause])], [], 'The run failed.')).toEqual([cause]);
  });
});

describe('shown', () => {
  it('shows names only where reader and step both allow it', () => {
    const incidents = (steps: StepRecord[], details: StepRecord['details']): unknown[] =>
      shown({ reports: [aReport()], steps }, details).flatMap(({ findings }) =>
        findings.flatMap(({ evidence }) => evidence),
      );
    expect(incidents([step([])], 'full')).not.toEqual([]);
    expect(incidents([], 'full')).not.toEqual([]);
    expect(incidents([step([])], 'counts')).toEqual([]);
    expect(incidents([step([]), step([], 'counts')], 'full')).toEqual([]);
  });
});
