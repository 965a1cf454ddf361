import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { stripes } from './dataset.js';

const program = join(import.meta.dirname, '../../build/cli.js');
const set = stripes(24, 5);

/** Short trials of every strategy that trains; more of them than workers, so that two are under way at once. */
const trials = [
  { strategy: 'fine-tune', variant: 'lp-ft', trainExamples: 54, rates: [0.01, 0.02] },
  { strategy: 'hybrid', variant: 'fresh module', trainExamples: 54, rates: [0.02] },
  { strategy: 'scratch', variant: 'small net', trainExamples: 54, rates: [0.05] },
  { strategy: 'scratch', variant: 'backbone net', trainExamples: 27, rates: [0.05] },
].map((trial) => ({ ...trial, seed: 1, epochs: 6, flip: false }));

interface Measured {
  strategy: string;
  variant: string;
  trainExamples: number;
  seed: number;
  correct: string;
}

/** What each trial measured, but for the seconds it took. */
function measuredBy(workers: number): Measured[] {
  const out = `workers-${workers}`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...[program, 'probe', set, '--engine', 'wasm', '--budget', '90s', '--quiet'],
      ...['--plan', join(set, 'plan.json'), '--workers', String(workers), '--out', out],
    ],
    { cwd: set, encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const file = readFileSync(join(set, out, 'measurements.json'), 'utf8');
  const { measurements } = JSON.parse(file) as { measurements: Measured[] };
  return measurements
    .map((measured) => ({ ...measured, trainSeconds: 0 }))
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

const nameOf = ({ strategy, variant, trainExamples, seed }: Measured) =>
  [strategy, variant, trainExamples, seed].join();

it('a trial measures the same whether one worker or two work at the list', () => {
  writeFileSync(join(set, 'plan.json'), JSON.stringify({ trials, settings: { budgetSeconds: 90 } }));
  const alone = measuredBy(1);
  expect(alone.length).toBeGreaterThan(trials.length);
  // They learned something: otherwise the answers would agree whatever the weights.
  expect(new Set(alone.map(({ correct }) => correct)).size).toBeGreaterThan(2);
  expect(measuredBy(2)).toEqual(alone);
});
