/** Trials that ended, and whether they suffice for a verdict. */
import type { StrategyName } from '../verdict/types.js';
import { chosenTrials } from '../scheduling/chosen-trials.js';
import { keyOf } from '../scheduling/trial-spec.js';
import type { TrialOutcome } from '../scheduling/schedule.js';
import { allLearning } from '../scheduling/standing.js';
import type { Measured } from './stages.js';

/** Keeps the latest result of each trial. A failure never replaces a result. */
export function recordOutcome(measured: Measured, outcome: TrialOutcome): void {
  const isSame = ({ spec }: TrialOutcome) => keyOf(spec) === keyOf(outcome.spec);
  const { outcomes } = measured;
  if ('error' in outcome && outcomes.some((one) => isSame(one) && 'result' in one)) return;
  measured.outcomes = [...outcomes.filter((one) => !isSame(one)), outcome];
}

/** Sorted by what was trained, higher learning rates first, so that the speed of workers changes no report. */
export function inOrder(outcomes: readonly TrialOutcome[]): TrialOutcome[] {
  const arm = ({ spec }: TrialOutcome) => `${spec.strategy} ${spec.variant}`;
  const byArm = (a: TrialOutcome, b: TrialOutcome) => Number(arm(a) > arm(b)) - Number(arm(a) < arm(b));
  return [...outcomes].sort(
    (a, b) =>
      byArm(a, b) ||
      a.spec.trainExamples - b.spec.trainExamples ||
      a.spec.seed - b.spec.seed ||
      Number(a.spec.halfSchedule ?? false) - Number(b.spec.halfSchedule ?? false) ||
      (b.spec.rates[0] ?? 0) - (a.spec.rates[0] ?? 0),
  );
}

/**
 * Why there is nothing to compare yet; null if every requested family has a measurement. Failed trials make the run
 * fail, a short budget does not.
 */
export function missingFamilies(
  { outcomes }: Pick<Measured, 'outcomes'>,
  strategies: readonly StrategyName[],
): { why: string; failed: boolean } | null {
  const done = outcomes.filter((end) => 'result' in end).map(({ spec }) => spec.strategy);
  const families = [
    strategies.filter((name) => name !== 'scratch'),
    strategies.filter((name) => name === 'scratch'),
  ];
  if (families.every((names) => names.length === 0 || names.some((name) => done.includes(name)))) return null;
  const errors = outcomes.flatMap((end) => ('error' in end ? [end.error] : []));
  return errors.length > 0
    ? {
        why: `${errors.length} of ${outcomes.length} trials failed; the last said: ${errors.at(-1)!}`,
        failed: true,
      }
    : {
        why: 'The budget ended before both families were measured once: give it more time.',
        failed: done.length === 0,
      };
}

/** Whether every strategy beats chance. Until then nothing is settled. */
export function everyStrategyLearns({ outcomes }: Measured): boolean {
  return allLearning(chosenTrials(outcomes).map(({ result }) => result.measurement));
}
