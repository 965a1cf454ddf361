import { pretrainedOf } from '../backbone/contract.js';
import type { Candidate } from '../backbone/fit.js';
import { recordOf } from '../backbone/record.js';
import type { Pool } from '../scheduling/pool.js';
import type { Embedded, RankedBackbone, RunLog, Split } from './stages.js';
import { nestedOrders } from './trial-data.js';

/** Training images that candidates are ranked on. More cost time and do not change their order. */
const RANKING_IMAGES = 400;

export type WithBackbone = Split & Pick<Embedded, 'backbone' | 'backboneFrom' | 'ranking' | 'record'>;

export interface BackboneChoice {
  pool: Pool;
  candidates: readonly Candidate[];
  seed: number;
  programDir: string;
  log: RunLog;
}

/** Takes the only candidate, or the one that ranks first. */
export async function chooseBackbone(split: Split, choice: BackboneChoice): Promise<WithBackbone> {
  const { pool, candidates, seed } = choice;
  if (candidates.length === 1) return startFrom(candidates[0], null, split, choice);
  const ranked = await rankBackbones(split, pool, candidates, seed);
  const ranking = ranked.map((one) => one.ranked);
  return startFrom(ranked[0].candidate, ranking, split, choice);
}

/** Starts from this candidate. */
export function startFrom(
  { backbone, obtained }: Candidate,
  ranking: Embedded['ranking'],
  split: Split,
  { candidates, programDir, log }: Pick<BackboneChoice, 'candidates' | 'programDir' | 'log'>,
): WithBackbone {
  const { origin, form, pinned } = obtained;
  log.incidents.push(...candidates.flatMap((candidate) => candidate.obtained.incident ?? []));
  return {
    ...split,
    backbone,
    backboneFrom: origin === null ? null : { origin, form, pinned },
    ranking,
    record: recordOf(programDir, backbone.sha256, split.dataset.name),
  };
}

/**
 * The candidates by how well their features tell the classes of some training images apart, the best first: by the
 * accuracy of their nearest neighbors, then by LogME. Nothing is trained, and no test image is used.
 */
export async function rankBackbones(
  split: Split,
  pool: Pool,
  candidates: readonly Candidate[],
  seed: number,
): Promise<{ candidate: Candidate; ranked: RankedBackbone }[]> {
  const rows = Array.from(nestedOrders(split, seed)[0].slice(0, RANKING_IMAGES));
  const labels = Int32Array.from(rows, (row) => split.samples[row].label);
  const classes = split.dataset.classes.length;
  const scored = await Promise.all(
    candidates.map(async (candidate) => {
      const pretrained = pretrainedOf(candidate.backbone);
      const scores = await pool.run('rank', { pretrained, rows, labels, classes });
      return { candidate, ranked: { name: pretrained.name, ...scores } };
    }),
  );
  return scored.sort((a, b) => b.ranked.knn - a.ranked.knn || b.ranked.logme - a.ranked.logme);
}
