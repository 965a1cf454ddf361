import { pretrainedOf } from '../backbone/contract.js';
import type { SourceFeatures } from '../backbone/records.js';
import { joinedWidth } from '../engine/network.js';
import { novelty } from '../strategy/novelty.js';
import { inChunks, type OnImages } from './chunks.js';
import { createFeatureFile, featureFileIn, openFeatureFile } from '../scheduling/feature-file.js';
import type { Pool } from '../scheduling/pool.js';
import type { ProbeState } from './state.js';
import { nestedOrders } from './trial-data.js';

/** Embeddings of earlier runs. */
export interface EmbeddedBefore {
  /** Puts in place what there is; gives the rows that there is none for. */
  restore(rows: readonly number[]): readonly number[];
  keep(rows: readonly number[]): void;
}

/** Embeds training and test rows once, those that the cache does not have; all `frozen` trials read them. */
export async function embedImages(
  { train, test, samples, dataset, backbone }: ProbeState,
  pool: Pool,
  folder: string,
  cache: EmbeddedBefore | null,
  onImages: OnImages,
): Promise<void> {
  const width = joinedWidth(backbone.network(dataset.image.size, 2));
  createFeatureFile(featureFileIn(folder), samples.length, width);
  pool.prepare({ kind: 'backbone', pretrained: pretrainedOf(backbone) });
  const rows = [...train, ...test];
  const missing = cache === null ? rows : cache.restore(rows);
  await inChunks(missing, pool.size, onImages, async (chunk) => {
    await pool.run('embed', { rows: chunk });
  });
  if (missing.length > 0) cache?.keep(rows);
}

/** Training images that the novelty is measured on. */
const NOVELTY_ROWS = 600;

/** How far the embedded images lie from those of the backbone's source, where that one has been measured. */
export function measureNovelty(
  state: ProbeState,
  folder: string,
  source: SourceFeatures | null,
  seed: number,
): void {
  if (source === null) return;
  const features = openFeatureFile(featureFileIn(folder), source.mean.length);
  state.novelty = novelty(features.read(nestedOrders(state, seed)[0].slice(0, NOVELTY_ROWS)), source);
  features.close();
}
