import { pretrainedOf, type Backbone } from '../backbone/contract.js';
import type { Pool } from '../scheduling/pool.js';
import type { ProbeState, RankedBackbone } from './state.js';
import { nestedOrders } from './trial-data.js';

/** Training images that candidates are ranked on; more do not change their order, only its price. */
const SAMPLE = 400;

/**
 * The candidates in the order in which their features tell the classes of some training images apart, the best first:
 * by the share that their nearest neighbours get right, then by LogME. Nothing is trained, and no test image is seen.
 */
export async function rankBackbones<Candidate extends { backbone: Backbone }>(
  state: ProbeState,
  pool: Pool,
  candidates: readonly Candidate[],
  seed: number,
): Promise<{ candidate: Candidate; ranked: RankedBackbone }[]> {
  const rows = Array.from(nestedOrders(state, seed)[0].slice(0, SAMPLE));
  const labels = Int32Array.from(rows, (row) => state.samples[row].label);
  const classes = state.dataset.classes.length;
  const found = await Promise.all(
    candidates.map(async (candidate) => {
      const pretrained = pretrainedOf(candidate.backbone);
      const measured = await pool.run('rank', { pretrained, rows, labels, classes });
      return { candidate, ranked: { name: pretrained.name, ...measured } };
    }),
  );
  return found.sort((a, b) => b.ranked.knn - a.ranked.knn || b.ranked.logme - a.ranked.logme);
}
