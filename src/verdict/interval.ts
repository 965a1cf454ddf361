import type { Interval } from './model.js';
import { mean } from './scale.js';

/** Half-width of a normal 80 % interval in standard deviations. */
export const EIGHTY_PERCENT = 1.2816;

export function intervalOf(draws: Float64Array): Interval {
  const sorted = Float64Array.from(draws).sort();
  return { mean: mean(draws), low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) };
}

/** Linear between the neighbours; `sorted` ascends and is not empty. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below === above ? below : below + (above - below) * (position - Math.floor(position));
}
