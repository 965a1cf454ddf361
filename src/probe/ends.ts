/** The trials that have ended, and whether they suffice. */
import type { StrategyName } from '../verdict/types.js';
import { chosenTrials } from '../scheduling/chosen-trials.js';
import { keyOf } from '../scheduling/plan.js';
import type { TrialEnd } from '../scheduling/schedule.js';
import { allLearning } from '../scheduling/standing.js';
import type { ProbeState } from './state.js';

/** The latest result of each trial; one that failed takes no result away. */
export function remember(state: ProbeState, end: TrialEnd): void {
  const isSame = ({ spec }: TrialEnd) => keyOf(spec) === keyOf(end.spec);
  if ('error' in end && state.ends.some((one) => isSame(one) && 'result' in one)) return;
  state.ends = [...state.ends.filter((one) => !isSame(one)), end];
}

/** By what was trained, higher rates first, not by when it ended: which worker was the faster changes no report. */
export function inOrder(ends: readonly TrialEnd[]): TrialEnd[] {
  const arm = ({ spec }: TrialEnd) => `${spec.strategy} ${spec.variant}`;
  const byArm = (a: TrialEnd, b: TrialEnd) => Number(arm(a) > arm(b)) - Number(arm(a) < arm(b));
  return [...ends].sort(
    (a, b) =>
      byArm(a, b) ||
      a.spec.trainExamples - b.spec.trainExamples ||
      a.spec.seed - b.spec.seed ||
      Number(a.spec.halfSchedule ?? false) - Number(b.spec.halfSchedule ?? false) ||
      (b.spec.rates[0] ?? 0) - (a.spec.rates[0] ?? 0),
  );
}

/**
 * Why there is nothing to compare yet; null when every family that was asked for has a measurement. A budget that was
 * too short leaves the question open, trials that failed are a failure.
 */
export function unmeasured(
  { ends }: ProbeState,
  strategies: readonly StrategyName[],
): { why: string; failed: boolean } | null {
  const done = ends.filter((end) => 'result' in end).map(({ spec }) => spec.strategy);
  const families = [
    strategies.filter((name) => name !== 'scratch'),
    strategies.filter((name) => name === 'scratch'),
  ];
  if (families.every((names) => names.length === 0 || names.some((name) => done.includes(name)))) return null;
  const errors = ends.flatMap((end) => ('error' in end ? [end.error] : []));
  return errors.length > 0
    ? {
        why: `${errors.length} of ${ends.length} trials failed; the last said: ${errors.at(-1)!}`,
        failed: true,
      }
    : {
        why: 'The budget ended before both families were measured once: give it more time.',
        failed: done.length === 0,
      };
}

/** Whether what has ended shows every strategy to do better than chance: until then nothing is settled. */
export function everyStrategyLearns({ ends }: ProbeState): boolean {
  return allLearning(chosenTrials(ends).map(({ result }) => result.measurement));
}
