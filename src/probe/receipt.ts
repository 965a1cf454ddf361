import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../manifest/problem.js';
import { VARIANTS, type TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/model.js';

/** More than any machine has cores; a plan is a file that anybody may have written. */
const MOST_THREADS = 1024;

/** What is needed to run the trials of an earlier run again on the same images. */
export interface Repeat {
  /** Those that train; `frozen` always runs. */
  trials: TrialSpec[];
  /** Of splits, subsets and random starts; null where the receipt does not say. */
  seed: number | null;
  /** The budget that set how many images were sampled; null where the receipt does not say. */
  budgetSeconds: number | null;
}

/**
 * The trials of `receipt.json`, or of a whole `report.json`, and what their images depended on.
 * @throws InputError when the file does not hold such a list.
 */
export function readPlan(file: string, cwd: string): Repeat {
  const wrong = (message: string) =>
    new InputError([{ file, message, remedy: 'Give the receipt.json or report.json of an earlier run.' }]);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(resolve(cwd, file), 'utf8'));
  } catch (error) {
    throw wrong(`cannot be read as JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const receipt = isObject(value) && isObject(value['receipt']) ? value['receipt'] : value;
  const trials = isObject(receipt) ? receipt['trials'] : undefined;
  if (!Array.isArray(trials)) throw wrong('holds no list of trials.');
  const specs = trials
    .filter((trial) => !isObject(trial) || trial['strategy'] !== 'frozen')
    .map((trial: unknown, index) => {
      const spec = asSpec(trial);
      if (spec === null) throw wrong(`trial ${index + 1} is not one that this version knows.`);
      return spec;
    });
  const { seeds, settings } = receipt as Record<string, unknown>;
  const seed: unknown = Array.isArray(seeds) ? seeds[0] : null;
  const budgetSeconds = isObject(settings) ? settings['budgetSeconds'] : null;
  return {
    trials: specs,
    seed: Number.isSafeInteger(seed) ? (seed as number) : null,
    budgetSeconds: typeof budgetSeconds === 'number' && budgetSeconds > 0 ? budgetSeconds : null,
  };
}

function asSpec(trial: unknown): TrialSpec | null {
  if (!isObject(trial)) return null;
  const { strategy, variant, trainExamples, seed, epochs, rates, flip, threads = 1 } = trial;
  const known =
    typeof strategy === 'string' && strategy in VARIANTS ? VARIANTS[strategy as StrategyName] : [];
  const valid =
    (known as readonly unknown[]).includes(variant) &&
    [trainExamples, epochs].every((count) => Number.isInteger(count) && (count as number) > 0) &&
    Number.isInteger(seed) &&
    Array.isArray(rates) &&
    rates.length > 0 &&
    rates.every((rate) => typeof rate === 'number' && rate > 0) &&
    typeof flip === 'boolean' &&
    Number.isInteger(threads) &&
    (threads as number) >= 1 &&
    (threads as number) <= MOST_THREADS;
  if (!valid) return null;
  const spec = {
    strategy,
    variant,
    trainExamples,
    seed,
    epochs,
    rates: rates as number[],
    flip,
  } as TrialSpec;
  return threads === 1 ? spec : { ...spec, threads: threads as number };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
