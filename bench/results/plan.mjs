/** The probes that docs/results.md is made of, and which of them are still to be run. */
import { SETS } from './truth.mjs';

export const ENGINES = ['wasm', 'tensorflow'];
/** Budgets in seconds. */
export const SHORT = 60;
export const LONG = 300;
const SEEDS = { [SHORT]: [1, 2, 3], [LONG]: [1] };

/** Every set on every engine, the short probes first. A budget that is not in the plan has one seed. */
export function probesOf({
  sets = SETS,
  engines = ENGINES,
  budgets = Object.keys(SEEDS).map(Number),
  seeds,
} = {}) {
  return budgets.flatMap((budget) =>
    (seeds ?? SEEDS[budget] ?? [1]).flatMap((seed) =>
      sets.flatMap((set) => engines.map((engine) => ({ set, engine, budget, seed }))),
    ),
  );
}

export const PLAN = probesOf();

export function isSameProbe(one, other) {
  return ['set', 'engine', 'budget', 'seed'].every((field) => one[field] === other[field]);
}

/** Probes without a line of this program. */
export function missingOf(probes, lines, program) {
  const current = lines.filter((line) => line.program === program);
  return probes.filter((probe) => !current.some((line) => isSameProbe(line, probe)));
}
