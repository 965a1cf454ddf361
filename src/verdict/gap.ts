/** The gap of a verdict in words: one sentence for every place that states it. */
import type { StrategySummary, Verdict } from './model.js';
import { type Reach, reachOf } from './reach.js';
import { count, distance, NAMES } from './words.js';

export interface GapInput {
  verdict: Pick<Verdict, 'gap' | 'contender' | 'horizon' | 'extrapolation'>;
  strategies: readonly StrategySummary[];
}

/** What there is to say of the gap; `asleep`: one of the two has not started to learn, so there is no number. */
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
  return `at ${count(horizon)} images ${NAMES[contender]} ${verb} ${strong(`about ${size} ${side}`)} scratch (${range})${how}`;
}
