/** Specs of trials: what identifies one, how long it takes, and reading one from a file. */
import { VARIANTS, type TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/types.js';
import type { Arm } from '../strategy/recipe.js';
import type { Throughput } from './calibrate.js';

export function armOf(spec: Pick<TrialSpec, 'strategy' | 'variant'>): Arm {
  return `${spec.strategy}/${spec.variant}` as Arm;
}

/** Two trials with the same key differ in their passes at most. */
export function keyOf(spec: TrialSpec): string {
  const { strategy, variant, trainExamples, seed, rates } = spec;
  return [strategy, variant, trainExamples, seed, rates.join('|'), ...(isHalf(spec) ? ['half'] : [])].join(
    ' ',
  );
}

export function isHalf({ halfSchedule }: TrialSpec): boolean {
  return halfSchedule === true;
}

export const FROZEN = `frozen/${VARIANTS.frozen[0]}` as const;

export function frozenTrial(trainExamples: number, seed: number): TrialSpec {
  const [variant] = VARIANTS.frozen;
  return { strategy: 'frozen', variant, trainExamples, seed, epochs: 1, rates: [], flip: false };
}

/** Seconds of one worker: training, and at the price of a forward pass the test set, the training sample and each look at the images held back. */
export function predictedSeconds(
  spec: TrialSpec,
  { throughput, testExamples }: { throughput: Throughput; testExamples: number },
): number {
  if (spec.strategy === 'frozen') return 0;
  const perImage = throughput.trainSeconds[armOf(spec)];
  const trained = spec.trainExamples * 0.85 * spec.epochs * spec.rates.length;
  const looks = spec.variant === 'gradual unfreezing' ? 11 : 1;
  const predicted = spec.trainExamples * 0.15 * looks * spec.rates.length + testExamples + 300;
  return trained * perImage + predicted * throughput.embedSeconds + 0.1;
}

/** More than any machine has cores. A plan is a file that anybody may have written. */
const MOST_THREADS = 1024;

/** The fields of a trial that trains, without any others; null if it is not one. */
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

/** The fields of a linear probe, without any others; null if it is not one. */
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
