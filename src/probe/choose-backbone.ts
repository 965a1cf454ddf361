import type { Candidate } from '../backbone/candidates.js';
import { recordOf } from '../backbone/records.js';
import type { Pool } from '../scheduling/pool.js';
import { rankBackbones } from './rank-backbones.js';
import type { ProbeState } from './state.js';

/** Takes the only candidate, or the one that ranks first. */
export async function chooseBackbone(
  state: ProbeState,
  {
    pool,
    candidates,
    seed,
    home,
  }: { pool: Pool; candidates: readonly Candidate[]; seed: number; home: string },
): Promise<void> {
  const order = candidates.length === 1 ? null : await rankBackbones(state, pool, candidates, seed);
  takeBackbone(state, candidates, order?.[0].candidate ?? candidates[0], home);
  state.ranking = order?.map(({ ranked }) => ranked) ?? null;
}

/** Starts from this one of the candidates. */
export function takeBackbone(
  state: ProbeState,
  candidates: readonly Candidate[],
  { backbone, loaded }: Candidate,
  home: string,
): void {
  const { origin, format: form, pinned } = loaded;
  state.backbone = backbone;
  state.backboneFrom = origin === null ? null : { origin, form, pinned };
  state.record = recordOf(home, backbone.sha256, state.dataset.name);
  state.incidents.push(...candidates.flatMap((candidate) => candidate.loaded.incident ?? []));
}
