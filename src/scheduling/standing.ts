import type { Measurement, StrategySummary, Verdict } from '../verdict/types.js';

/** What the verdict so far leaves open. The next trials depend on it. */
export interface Standing {
  /** The family is not settled, or a strategy has not started to learn. */
  open: boolean;
  transferLeads: boolean;
  /** The two best transfer strategies are within two points, so a third may beat both. */
  close: boolean;
}

const SETTLED = 0.95;
const CLOSE = 0.02;

export function standingOf(
  { verdict, strategies }: { verdict: Verdict; strategies: readonly StrategySummary[] },
  measurements: readonly Measurement[],
): Standing {
  const { pTransfer } = verdict;
  const predicted = strategies
    .filter(({ name }) => name !== 'scratch')
    .flatMap(({ predicted }) => predicted?.mean ?? [])
    .sort((a, b) => b - a);
  return {
    open: Math.max(pTransfer, 1 - pTransfer) < SETTLED || !allLearning(measurements),
    transferLeads: pTransfer > 0.5,
    close: predicted.length < 2 || predicted[0] - predicted[1] <= CLOSE,
  };
}

/** Whether every strategy beats chance at the largest size it was trained on. */
export function allLearning(measurements: readonly Measurement[]): boolean {
  return measurements.every(
    ({ strategy, trainExamples, learning }) =>
      learning !== false ||
      measurements.some(
        (other) =>
          other.strategy === strategy &&
          (other.trainExamples > trainExamples ||
            (other.trainExamples === trainExamples && other.learning === true)),
      ),
  );
}
