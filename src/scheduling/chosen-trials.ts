import type { Held, TrialSpec } from '../strategy/trial.js';
import { sum } from '../verdict/statistics.js';
import type { TrialEnd } from './schedule.js';

export type DoneTrial = Extract<TrialEnd, { result: unknown }>;

/**
 * The trials that a verdict rests on. Of those that differ in nothing but their rate, the one that did best on
 * held-back images stands; the test set has no say. One of half the passes only tells whether the other has converged.
 */
export function chosenTrials(ends: readonly TrialEnd[]): DoneTrial[] {
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
 * Whether half the passes did no worse by more than the noise of the held-back images. What has not started to learn
 * has not converged, however little more passes gave.
 */
function hasConverged({ result }: DoneTrial, half: DoneTrial): boolean {
  if (result.measurement.learning === false || result.held === null || half.result.held === null)
    return false;
  const noise = Math.sqrt(variance(result.held) + variance(half.result.held));
  return result.held.accuracy - half.result.held.accuracy <= noise;
}

/** Of an accuracy; half a right and half a wrong answer are added, so that no accuracy is taken for certain. */
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
