import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { identityOf } from '../../backbone/contract.js';
import { keptSchema } from '../../generated/schemas.js';
import { packHashes, packIntegers, type CachedProbe, type KeptRun } from './kept.js';
import { keptTrial } from './kept-result.js';
import type { Embedded, Measured } from '../stages.js';
import { nestedOrders } from '../trial-data.js';

const FILE = 'trials.json';
/** Runs whose trials are kept beside each other. */
const MOST_RUNS = 8;

const validate = new Ajv({ allErrors: false, strict: false }).compile<CachedProbe>(keptSchema);

/** Digest of everything but the images that the result of a trial depends on. */
export function conditionsOf(
  { backbone, dataset, metric }: Pick<Embedded, 'backbone' | 'dataset' | 'metric'>,
  { program, engine, seed }: { program: string; engine: string; seed: number },
): string {
  const parts = [program, engine, seed, identityOf(backbone), dataset.image, dataset.classes, metric];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The trials kept in the folder under these conditions; null when there are none, or the file is not whole. */
export function readKept(folder: string, conditions: string): CachedProbe | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    return validate(value) && value.conditions === conditions ? value : null;
  } catch {
    return null;
  }
}

/** Writes the file whole or not at all. */
export function writeKept(folder: string, kept: CachedProbe): void {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${FILE}.${process.pid}`);
  writeFileSync(partial, JSON.stringify(kept));
  renameSync(partial, join(folder, FILE));
}

/** The runs that trials were taken up from, less what was not, with this run's own trials before them. */
export function keptRuns(
  measured: Measured,
  { seed, sampledFor }: { seed: number; sampledFor: number },
  at: string,
): KeptRun[] {
  const earlier = (measured.reused?.runs ?? []).map(({ run, trials }) => ({ ...run, trials }));
  // With trials of a shorter run it has the test images of that run.
  const least = Math.min(sampledFor, ...earlier.map((run) => run.sampledFor ?? Infinity));
  return [{ ...ownRun(measured, seed, at), sampledFor: least }, ...earlier].slice(0, MOST_RUNS);
}

function ownRun(measured: Measured, seed: number, at: string): KeptRun {
  const used = [...measured.train, ...measured.test];
  const index = new Map(used.map((row, i) => [row, i]));
  const indices = (rows: Int32Array) => packIntegers(rows.map((row) => index.get(row)!));
  return {
    at,
    images: packHashes(used.map((row) => measured.pixelHashes[row])),
    labels: packIntegers(Int32Array.from(used, (row) => measured.samples[row].label)),
    orders: nestedOrders(measured, seed).map(indices),
    test: indices(measured.test),
    flip: measured.flip,
    source: measured.source,
    trials: measured.outcomes.flatMap((end) => (end.carriedFrom === undefined ? (keptTrial(end) ?? []) : [])),
  };
}
