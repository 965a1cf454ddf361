import { readJsonFile } from '../dataset/files/read-file.js';
import { InputError } from '../problem.js';
import type { TrialSpec } from '../strategy/trial.js';
import { asProbe, asSpec } from '../scheduling/trial-spec.js';
import type { PlanFile } from './shards/model.js';
import { readPlanFile } from './shards/read.js';

/** Repeats the trials of an earlier run on the same images. */
export interface Repeat {
  /** Those that train. */
  trials: TrialSpec[];
  /** The linear probes; null: the list has none, so the usual ones run. */
  probes: TrialSpec[] | null;
  /** Seed of splits, subsets and initial weights; null: the receipt does not say. */
  seed: number | null;
  /** The budget that set how many images were used; null: the receipt does not say. */
  budgetSeconds: number | null;
  /** The plan for several machines that the trials come from, if not from a receipt. */
  plan?: PlanFile;
}

/**
 * The trials of `receipt.json`, `report.json` or `plan.json`, and the settings that their images depend on.
 * @throws InputError when the file does not hold such a list.
 */
export function readPlan(file: string, cwd: string): Repeat {
  const remedy = 'Give the receipt.json, report.json or plan.json of an earlier run.';
  const wrong = (message: string) => new InputError([{ file, message, remedy }]);
  const value = readJsonFile(file, cwd, remedy);
  if (isObject(value) && value['schema'] === 'headstart/plan/v2') {
    const { plan } = readPlanFile(file, cwd);
    const done = plan.done.map(({ spec }) => spec);
    const trained = done.filter(({ strategy }) => strategy !== 'frozen');
    return {
      trials: [...trained, ...plan.trials.map(({ spec }) => spec)],
      probes: done.filter(({ strategy }) => strategy === 'frozen'),
      seed: plan.seed,
      budgetSeconds: plan.settings.budgetSeconds,
      plan,
    };
  }
  const receipt = isObject(value) && isObject(value['receipt']) ? value['receipt'] : value;
  const trials = isObject(receipt) ? receipt['trials'] : undefined;
  if (!Array.isArray(trials)) throw wrong('holds no list of trials.');
  const specs = trials.map((trial: unknown, index) => {
    const spec = asProbe(trial) ?? asSpec(trial);
    if (spec === null) throw wrong(`trial ${index + 1} is not one that this version knows.`);
    return spec;
  });
  const probes = specs.filter(({ strategy }) => strategy === 'frozen');
  const { seeds, settings } = receipt as Record<string, unknown>;
  const seed: unknown = Array.isArray(seeds) ? seeds[0] : null;
  const budgetSeconds = isObject(settings) ? settings['budgetSeconds'] : null;
  return {
    trials: specs.filter(({ strategy }) => strategy !== 'frozen'),
    probes: probes.length === 0 ? null : probes,
    seed: Number.isSafeInteger(seed) ? (seed as number) : null,
    budgetSeconds: typeof budgetSeconds === 'number' && budgetSeconds > 0 ? budgetSeconds : null,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
