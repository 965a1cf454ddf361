import { isTransfer } from './arm.js';
import type { Forecast } from './curve.js';
import { bestTransferLead, type Outlook } from './decide.js';
import type { Verdict } from './types.js';

/** Crossings beyond this many times the largest measured size are not searched for. */
const MAX_REACH = 16;
const STEPS = 16;
/** Transfer must lead at first with at least this probability: level curves cross anywhere. */
const MIN_LEAD = 0.8;

/**
 * Training images at which scratch catches up with transfer, where transfer leads at first and most drawn curves cross
 * within reach. `low` and `high` are null where a tenth of the curves cross before the first size or beyond reach.
 */
export function crossingOf(forecast: Forecast): Verdict['crossing'] {
  const { arms } = forecast;
  if (
    arms.every(({ strategy }) => isTransfer(strategy)) ||
    !arms.some(({ strategy }) => isTransfer(strategy))
  )
    return null;
  const first = Math.log(Math.max(...arms.map(({ points }) => points[0].trainExamples)));
  const last = Math.log(MAX_REACH * Math.max(...arms.map((arm) => arm.last.trainExamples)));
  const grid = Array.from({ length: STEPS }, (_, i) => first + ((last - first) * i) / (STEPS - 1));
  const gaps = outlooksAt(forecast, grid.map(Math.exp)).map((outlook) => bestTransferLead(outlook)!);
  const ahead = (gap: Float64Array) => gap.filter((value) => value > 0).length / gap.length;
  if (ahead(gaps[0]) < MIN_LEAD) return null;
  const crossings = Float64Array.from(gaps[0], (_, draw) =>
    catchUp(
      grid,
      gaps.map((gap) => gap[draw]),
    ),
  ).sort();
  const quantile = (share: number) => crossings[Math.round(share * (crossings.length - 1))];
  const middle = quantile(0.5);
  if (!Number.isFinite(middle)) return null;
  const finite = (value: number) => (Number.isFinite(value) ? Math.round(Math.exp(value)) : null);
  return {
    examples: Math.round(Math.exp(middle)),
    low: finite(quantile(0.1)),
    high: finite(quantile(0.9)),
  };
}

/** Log size from which scratch stays ahead: −∞ when it always is, ∞ when transfer is ahead at the end. */
function catchUp(grid: number[], gap: number[]): number {
  const behind = gap.findLastIndex((value) => value > 0);
  if (behind === gap.length - 1) return Infinity;
  if (behind === -1) return -Infinity;
  const [before, after] = [gap[behind], gap[behind + 1]];
  return grid[behind] + ((grid[behind + 1] - grid[behind]) * before) / (before - after);
}

export function outlookAt(forecast: Forecast, trainExamples: number): Outlook {
  return outlooksAt(forecast, [trainExamples])[0];
}

function outlooksAt({ arms, at }: Forecast, sizes: readonly number[]): Outlook[] {
  return at(sizes).map((accuracies) => new Map(arms.map(({ strategy }, i) => [strategy, accuracies[i]])));
}
