/** What is said of a strategy that has not started to learn: a bound, for it has no curve to read a number from. */
import { isTransfer } from './arm.js';
import type { StrategySummary, Verdict } from './model.js';
import { count, NAMES, points } from './words.js';

/** A sentence for all such strategies of which the same is known. */
export function asleepSentences(
  strategies: readonly StrategySummary[],
  { horizon, commonSize }: Pick<Verdict, 'horizon' | 'commonSize'>,
): string[] {
  const known = new Map<string, { size: number; rival: string; names: string[] }>();
  for (const one of strategies.filter(({ learning }) => !learning)) {
    const size = one.trainExamples;
    const rival = rivalAhead(one, strategies, commonSize);
    const { names } = known.get(`${size}${rival}`) ?? { names: [] };
    known.set(`${size}${rival}`, { size, rival, names: [...names, NAMES[one.name]] });
  }
  return [...known.values()].map(({ size, rival, names }) => {
    const where = `${count(size)} images${size >= horizon ? ', the full size,' : ''}`;
    return `At ${where} ${listed(names)} ${names.length === 1 ? 'has' : 'have'} not started to learn${rival}.`;
  });
}

function listed(names: readonly string[]): string {
  const [last, ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
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
