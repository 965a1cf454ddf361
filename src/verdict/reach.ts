import type { Verdict } from './model.js';

/** How far beyond what was measured something is said, and so what may be said: learning curves bend. */
export type Reach = 'measured' | 'near' | 'far' | 'beyond';

/** Up to so many times the measured size a prediction is taken as it is; beyond it, its interval is wide. */
const NEAR = 4;
/** Beyond so many times there is a direction and no number. */
const FAR = 16;

/** @param times the size that something is said of, over the size that was measured. */
export function reachOf(times: number): Reach {
  if (times <= 1) return 'measured';
  if (times <= NEAR) return 'near';
  return times <= FAR ? 'far' : 'beyond';
}

/** The same of the size at which scratch catches up, as both families were measured. */
export function crossingReach(
  { examples }: NonNullable<Verdict['crossing']>,
  { horizon, extrapolation }: Pick<Verdict, 'horizon' | 'extrapolation'>,
): Reach {
  return reachOf((examples * (extrapolation ?? 1)) / horizon);
}
