/** Sentences that several forms of the report share, and how far from the measurements numbers may be stated. */
import { isTransfer } from './arm.js';
import { count, distance, namesInText, points } from './format.js';
import type { StrategySummary, Verdict } from './types.js';

/** How far a statement reaches beyond what was measured, which decides what it may say: learning curves bend. */
export type Reach = 'measured' | 'near' | 'far' | 'beyond';

/** Up to this many times the measured size, a prediction is stated as it is; beyond it, its interval is wide. */
const NEAR = 4;
/** Beyond this many times the measured size, only a direction is stated, and no number. */
const FAR = 16;

/** @param times the size that a statement is about, divided by the size that was measured. */
export function reachOf(times: number): Reach {
  if (times <= 1) return 'measured';
  if (times <= NEAR) return 'near';
  return times <= FAR ? 'far' : 'beyond';
}

/** The reach of the size at which scratch catches up. */
export function crossingReach(
  { examples }: NonNullable<Verdict['crossing']>,
  { horizon, extrapolation }: Pick<Verdict, 'horizon' | 'extrapolation'>,
): Reach {
  return reachOf((examples * (extrapolation ?? 1)) / horizon);
}

export interface GapInput {
  verdict: Pick<Verdict, 'gap' | 'contender' | 'horizon' | 'extrapolation'>;
  strategies: readonly StrategySummary[];
}

/** What can be said about the gap; `asleep`: one of the two has not started to learn, so there is no number. */
export function gapReach({ verdict, strategies }: GapInput): Reach | 'asleep' | null {
  const { contender, horizon, extrapolation } = verdict;
  const pair = strategies.filter(({ name }) => name === contender || name === 'scratch');
  if (pair.length < 2 || extrapolation === null) return null;
  const short = pair.filter(({ trainExamples }) => trainExamples < horizon);
  if (short.some(({ learning }) => !learning)) return 'asleep';
  if (short.length === 0) return 'measured';
  const reach = reachOf(extrapolation);
  return reach === 'measured' ? 'near' : reach;
}

/** `at 8,400 images fine-tuning is expected to end about 20 points above scratch (15 to 24)`; null: there is no number. */
export function gapSentence(input: GapInput, strong = (text: string) => text): string | null {
  const { gap, contender, horizon } = input.verdict;
  const reach = gapReach(input);
  if (gap === null || contender === null) return null;
  if (reach === null || reach === 'asleep' || reach === 'beyond') return null;
  const { size, side, range } = distance(gap);
  const verb = reach === 'measured' ? 'ends' : 'is expected to end';
  const how = reach === 'measured' ? ': measured, not predicted' : '';
  return `at ${count(horizon)} images ${namesInText[contender]} ${verb} ${strong(`about ${size} ${side}`)} scratch (${range})${how}`;
}

/** About strategies that have not started to learn: without a curve, there is no number to predict. */
export function asleepSentences(
  strategies: readonly StrategySummary[],
  { horizon, commonSize }: Pick<Verdict, 'horizon' | 'commonSize'>,
): string[] {
  const groups = new Map<string, { size: number; rival: string; names: string[] }>();
  for (const one of strategies.filter(({ learning }) => !learning)) {
    const size = one.trainExamples;
    const rival = rivalAhead(one, strategies, commonSize);
    const { names } = groups.get(`${size}${rival}`) ?? { names: [] };
    groups.set(`${size}${rival}`, { size, rival, names: [...names, namesInText[one.name]] });
  }
  return [...groups.values()].map(({ size, rival, names }) => {
    const where = `${count(size)} images${size >= horizon ? ', the full size,' : ''}`;
    const list = new Intl.ListFormat('en-US').format(names);
    return `At ${where} ${list} ${names.length === 1 ? 'has' : 'have'} not started to learn${rival}.`;
  });
}

/** By how much the best of the other family leads at the size that both were measured at. */
function rivalAhead(
  { name, trainExamples, atCommonSize }: StrategySummary,
  strategies: readonly StrategySummary[],
  commonSize: number | null,
): string {
  const own = atCommonSize?.mean ?? null;
  const rival = bestAtCommonSize(strategies.filter((one) => isTransfer(one.name) !== isTransfer(name)));
  if (own === null || rival === null || commonSize === null || !rival.learning) return '';
  const where = commonSize === trainExamples ? 'the same size' : `${count(commonSize)} images`;
  return `; at ${where} ${namesInText[rival.name]} is ${points(rival.atCommonSize!.mean - own)} points ahead`;
}

/** The strategy that measured highest at the common size; null: none was measured there. */
export function bestAtCommonSize(strategies: readonly StrategySummary[]): StrategySummary | null {
  const measured = strategies.filter(({ atCommonSize }) => atCommonSize !== null);
  return measured.sort((a, b) => b.atCommonSize!.mean - a.atCommonSize!.mean).at(0) ?? null;
}
