import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { identityOf } from '../../backbone/contract.js';
import { keptSchema } from '../../generated/schemas.js';
import { packHashes, packIntegers, type KeptProbe, type KeptRun } from './kept.js';
import { keptTrial } from './kept-result.js';
import type { ProbeState } from '../state.js';
import { nestedOrders } from '../trial-data.js';

const FILE = 'trials.json';
/** Runs whose trials are kept beside each other. */
const MOST_RUNS = 8;

const validate = new Ajv({ allErrors: false, strict: false }).compile<KeptProbe>(keptSchema);

/** Digest of everything but the images that the result of a trial depends on. */
export function conditionsOf(
  { backbone, dataset, metric }: ProbeState,
  { program, engine, seed }: { program: string; engine: string; seed: number },
): string {
  const parts = [program, engine, seed, identityOf(backbone), dataset.image, dataset.classes, metric];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The trials kept in the folder under these conditions; null when there are none, or the file is not whole. */
export function readKept(folder: string, conditions: string): KeptProbe | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    return validate(value) && value.conditions === conditions ? value : null;
  } catch {
    return null;
  }
}

/** Writes the file whole or not at all. */
export function writeKept(folder: string, kept: KeptProbe): void {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${FILE}.${process.pid}`);
  writeFileSync(partial, JSON.stringify(kept));
  renameSync(partial, join(folder, FILE));
}

/** The runs that trials were taken up from, less what was not, with this run's own trials before them. */
export function keptRuns(
  state: ProbeState,
  { seed, sampledFor }: { seed: number; sampledFor: number },
  at: string,
): KeptRun[] {
  const earlier = (state.carried?.runs ?? []).map(({ run, trials }) => ({ ...run, trials }));
  // With trials of a shorter run it has the test images of that run.
  const least = Math.min(sampledFor, ...earlier.map((run) => run.sampledFor ?? Infinity));
  return [{ ...ownRun(state, seed, at), sampledFor: least }, ...earlier].slice(0, MOST_RUNS);
}

function ownRun(state: ProbeState, seed: number, at: string): KeptRun {
  const used = [...state.train, ...state.test];
  const index = new Map(used.map((row, i) => [row, i]));
  const indices = (rows: Int32Array) => packIntegers(rows.map((row) => index.get(row)!));
  return {
    at,
    images: packHashes(used.map((row) => state.pixelHashes[row])),
    labels: packIntegers(Int32Array.from(used, (row) => state.samples[row].label)),
    orders: nestedOrders(state, seed).map(indices),
    test: indices(state.test),
    flip: state.flip,
    source: state.source,
    trials: state.ends.flatMap((end) => (end.carriedFrom === undefined ? (keptTrial(end) ?? []) : [])),
  };
}
