/** Reads `plan.json` and `shard-<number>.json`, which other machines wrote. Sizes are limited, and invalid files refused. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { planSchema, shardSchema } from '../../generated/schemas.js';
import { InputError } from '../../problem.js';
import { asSpec, keyOf } from '../../scheduling/trial-spec.js';
import type { PlanFile, ShardFile } from './model.js';
import type { FoundShard } from './join.js';

/** Bytes; a thousand trials with two thousand test images each are smaller. */
const MOST_BYTES = 32 * 2 ** 20;

const ajv = new Ajv({ allErrors: false, strict: false, strictNumbers: true });
const isPlan = ajv.compile<PlanFile>(planSchema);
const isShard = ajv.compile<ShardFile>(shardSchema);

export interface ReadPlanFile {
  plan: PlanFile;
  /** SHA-256 of the file. */
  digest: string;
}

/**
 * The plan at a path.
 * @throws InputError when there is no valid one.
 */
export function readPlanFile(file: string, cwd: string): ReadPlanFile {
  try {
    const bytes = readBounded(resolve(cwd, file));
    return { plan: planOf(JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))), digest: sha256(bytes) };
  } catch (error) {
    throw new InputError([
      {
        file,
        message: `is no plan (${messageOf(error)}).`,
        remedy:
          'Give the plan.json that a step with `mode: plan` wrote; when it wrote none, its log says why.',
      },
    ]);
  }
}

/** @throws Error saying what is wrong. */
function planOf(value: unknown): PlanFile {
  if (!isPlan(value)) throw new Error(problemOf(isPlan.errors?.[0]));
  const keys = new Set(value.trials.map(({ spec }) => keyOf(spec)));
  if (keys.size < value.trials.length) throw new Error('it has a trial twice');
  const trials = value.trials.map((trial, index) => {
    const spec = asSpec(trial.spec);
    if (spec === null || spec.strategy === 'frozen' || trial.shard >= value.shards)
      throw new Error(`trial ${index + 1} is not one that this version knows`);
    return { ...trial, spec };
  });
  return { ...value, trials };
}

/** @throws Error saying what is wrong. */
export function readShardFile(path: string): ShardFile {
  const value: unknown = JSON.parse(readBounded(path).toString('utf8'));
  if (isShard(value)) return value;
  throw new Error(problemOf(isShard.errors?.[0]));
}

/** Links are not followed: one could point to a private file. */
function readBounded(path: string): Buffer {
  // Windows has no such flag.
  const noFollow = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0;
  const file = openSync(path, constants.O_RDONLY | noFollow);
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) throw new Error('it is no file');
    if (facts.size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES / 2 ** 20} MB`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function problemOf(error: ErrorObject | undefined): string {
  const place = error?.instancePath === '' ? 'it' : (error?.instancePath ?? 'it').slice(0, 100);
  return `${place} ${error?.message ?? 'is not as it should be'}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1)[0].slice(0, 300) : String(error);
}

const NAME = /^shard-(\d{1,3})\.json$/u;
/** Each artifact is a folder with the file in it. */
const DEEPEST = 4;
/** Entries read at most; every shard may have run several times. */
const MOST_ENTRIES = 10_000;
const MOST_FILES = 1024;

/** All files named `shard-<number>.json` in a folder, sorted by name; none if the folder does not exist. */
export function findShards(folder: string): FoundShard[] {
  const files: string[] = [];
  let entries = 0;
  const look = (place: string, depth: number): void => {
    for (const entry of entriesOf(place)) {
      if (++entries > MOST_ENTRIES || files.length >= MOST_FILES) return;
      const path = join(place, entry.name);
      if (entry.isDirectory() && depth < DEEPEST) look(path, depth + 1);
      else if (entry.isFile() && NAME.test(entry.name)) files.push(path);
    }
  };
  look(folder, 1);
  return files.map((path): FoundShard => {
    const file = relative(folder, path);
    const shard = Number(NAME.exec(path.split(/[\\/]/u).at(-1)!)![1]);
    try {
      return { file, shard, content: readShardFile(path) };
    } catch (error) {
      return { file, shard, problem: messageOf(error) };
    }
  });
}

function entriesOf(place: string) {
  try {
    return readdirSync(place, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
