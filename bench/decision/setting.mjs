/** What a simulated user brings, and what the budget leaves of it, as the probe would divide it. */
export function settingOf(budget, random) {
  const classes = random.oneOf([2, 4, 6, 10, 10, 12, 28, 43]);
  /** Training images of the whole dataset, which the decision is for. */
  const horizon = Math.round(random.logBetween(700, 60000));
  /** Those that a budget of this length looks at. */
  const sampled = Math.min(horizon, Math.round(0.78 * Math.max(2000, Math.min(20000, 40 * budget))));
  const testExamples = Math.max(
    2 * classes,
    Math.min(Math.round(horizon / 3), Math.max(300, Math.min(2000, 8 * budget))),
  );
  /** Seconds that are left once images are read and embedded. */
  const wallSeconds = Math.max(12, 0.92 * budget - 8 - sampled * 0.0035 - 0.16 * budget);
  return { classes, horizon, sampled, testExamples, wallSeconds };
}
