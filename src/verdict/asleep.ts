/** What is said of a strategy that has not started to learn: a bound, for it has no curve to read a number from. */
import { isTransfer } from './arm.js';
import type { StrategySummary, Verdict } from './model.js';
import { count, NAMES, points } from './words.js';

/** A sentence for each such strategy. */
export function asleepSentences(
  strategies: readonly StrategySummary[],
  { horizon, commonSize }: Pick<Verdict, 'horizon' | 'commonSize'>,
): string[] {
  return strategies
    .filter(({ learning }) => !learning)
    .map((one) => {
      const { name, trainExamples } = one;
      const size = `${count(trainExamples)} images${trainExamples >= horizon ? ', the full size,' : ''}`;
      return `At ${size} ${NAMES[name]} has not started to learn${rivalAhead(one, strategies, commonSize)}.`;
    });
}

/** The best of the other family where both were measured. */
function rivalAhead(
  { name, trainExamples, atCommonSize }: StrategySummary,
  strategies: readonly StrategySummary[],
  commonSize: number | null,
): string {
  const own = atCommonSize?.mean ?? null;
  const rival = bestAtCommonSize(strategies.filter((one) => isTransfer(one.name) !== isTransfer(name)));
  if (own === null || rival === null || commonSize === null || !rival.learning) return '';
  const where = commonSize === trainExamples ? 'the same size' : `${count(commonSize)} images`;
  return `; at ${where} ${NAMES[rival.name]} is ${points(rival.atCommonSize!.mean - own)} points ahead`;
}

/** The one that was measured highest where the families can be set beside each other; null: none was measured there. */
export function bestAtCommonSize(strategies: readonly StrategySummary[]): StrategySummary | null {
  const measured = strategies.filter(({ atCommonSize }) => atCommonSize !== null);
  return measured.sort((a, b) => b.atCommonSize!.mean - a.atCommonSize!.mean).at(0) ?? null;
}
