import { VARIANTS, type TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/types.js';
import { frozenTrial } from './plan.js';

/** More than any machine has cores; a plan is a file that anybody may have written. */
const MOST_THREADS = 1024;

/** The trial without what else an object may hold; null when it is none that trains. */
export function asSpec(trial: unknown): TrialSpec | null {
  if (typeof trial !== 'object' || trial === null) return null;
  const {
    strategy,
    variant,
    trainExamples,
    seed,
    epochs,
    rates,
    flip,
    threads = 1,
    halfSchedule,
  } = trial as Record<string, unknown>;
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
    [undefined, true].includes(halfSchedule as undefined) &&
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
  return {
    ...spec,
    ...(threads === 1 ? {} : { threads: threads as number }),
    ...(halfSchedule === true ? { halfSchedule } : {}),
  };
}

/** The linear probe without what else an object may hold; null when it is none. */
export function asProbe(trial: unknown): TrialSpec | null {
  if (typeof trial !== 'object' || trial === null) return null;
  const { strategy, variant, trainExamples, seed } = trial as Record<string, unknown>;
  const valid =
    strategy === 'frozen' &&
    (VARIANTS.frozen as readonly unknown[]).includes(variant) &&
    Number.isInteger(trainExamples) &&
    (trainExamples as number) > 0 &&
    Number.isInteger(seed);
  return valid ? frozenTrial(trainExamples as number, seed as number) : null;
}
