/** What getting the pack costs, in seconds: measured on two cores, with a network as fast as a hosted runner's. */
export const COST = { download: 15, build: 30 } as const;

/**
 * By how much TensorFlow shortens a whole run, at the least: from a cold start to a verdict it took 46.6 s where the
 * embedded engine took 53.1 s in one run of the bench, 32.1 s to 38.8 s in another (`docs/performance.md`). Training
 * alone gains more; reading images and the verdict gain nothing.
 */
export const GAIN = 53.1 / 46.6 - 1;

/** The cost is certain and the gain an estimate from one machine, so the gain must be so many times the cost. */
const MARGIN = 2;

/** Whether a run of this budget gains clearly more time by the pack than getting it takes. */
export function pays(budgetSeconds: number, way: keyof typeof COST): boolean {
  return GAIN * budgetSeconds > MARGIN * COST[way];
}
