import type { Held, TrialSpec } from '../strategy/trial.js';
import { sum } from '../verdict/statistics.js';
import type { TrialOutcome } from './schedule.js';

export type DoneTrial = Extract<TrialOutcome, { result: unknown }>;

/**
 * The trials that a verdict uses. Of trials that differ in their learning rate only, the one that did best on validation
 * images counts; the test set has no part in this. A trial with half the epochs only tells whether the full one converged.
 */
export function chosenTrials(ends: readonly TrialOutcome[]): DoneTrial[] {
  const done = ends.filter((end): end is DoneTrial => 'result' in end);
  const full = done.filter(({ spec }) => spec.halfSchedule !== true);
  const kinds = [...new Set(full.map(({ spec }) => kindOf(spec)))];
  return kinds.map((kind) => {
    const alike = full.filter(({ spec }) => kindOf(spec) === kind);
    const chosen = alike.reduce((best, one) => (heldAccuracy(one) > heldAccuracy(best) ? one : best));
    const half = done.find(({ spec }) => isHalfOf(spec, chosen.spec));
    const { measurement } = chosen.result;
    return withMeasurement(chosen, {
      ...measurement,
      ...(alike.length > 1
        ? { settingsTried: sum(alike.map(({ result }) => result.measurement.settingsTried ?? 1)) }
        : {}),
      ...(half === undefined ? {} : { converged: hasConverged(chosen, half) }),
    });
  });
}

function withMeasurement(end: DoneTrial, measurement: DoneTrial['result']['measurement']): DoneTrial {
  return { ...end, result: { ...end.result, measurement } };
}

/**
 * Whether half the epochs did as well, within the noise of the validation images. A trial that has not started to learn
 * has not converged.
 */
function hasConverged({ result }: DoneTrial, half: DoneTrial): boolean {
  if (result.measurement.learning === false || result.held === null || half.result.held === null)
    return false;
  const noise = Math.sqrt(variance(result.held) + variance(half.result.held));
  return result.held.accuracy - half.result.held.accuracy <= noise;
}

/** Variance of an accuracy. Half a right and half a wrong answer are added, so that 0 and 100 % have one too. */
function variance({ accuracy, examples }: Held): number {
  const share = (accuracy * examples + 0.5) / (examples + 1);
  return (share * (1 - share)) / examples;
}

function heldAccuracy({ result }: DoneTrial): number {
  return result.held?.accuracy ?? 0;
}

function kindOf({ strategy, variant, trainExamples, seed }: TrialSpec): string {
  return [strategy, variant, trainExamples, seed].join(' ');
}

function isHalfOf(half: TrialSpec, full: TrialSpec): boolean {
  return (
    half.halfSchedule === true &&
    kindOf(half) === kindOf(full) &&
    half.rates.join(' ') === full.rates.join(' ')
  );
}
