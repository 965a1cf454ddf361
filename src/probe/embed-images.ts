import { pretrainedOf } from '../backbone/contract.js';
import { sourceFeaturesOf } from '../backbone/source-features.js';
import { concatenatedWidth } from '../engine/network.js';
import {
  createFeatureFile,
  type FeatureFile,
  featureFileIn,
  openFeatureFile,
} from '../scheduling/feature-file.js';
import type { Pool } from '../scheduling/pool.js';
import { novelty } from '../strategy/transferability.js';
import type { ProbeCache } from './cache/cache.js';
import type { WithBackbone } from './choose-backbone.js';
import { inChunks, type OnImages } from './chunks.js';
import type { Embedded } from './stages.js';
import { nestedOrders, sendTrialData } from './trial-data.js';

export interface Embedding {
  pool: Pool;
  /** Of the run: holds the feature file. */
  folder: string;
  programDir: string;
  seed: number;
  /** Embeddings and trials of earlier runs; null: none. */
  cache: ProbeCache | null;
  /** Whether trials of the cache count as well, not only its embeddings. */
  reusesTrials: boolean;
  onImages: OnImages;
}

/**
 * Embeds training and test images once; all `frozen` trials read the result. What earlier runs embedded and trained on
 * the same images is reused, so from here on the workers can be given trials.
 */
export async function embedImages(chosen: WithBackbone, embedding: Embedding): Promise<Embedded> {
  const { pool, folder, programDir, seed, cache, reusesTrials, onImages } = embedding;
  const { backbone, dataset, samples } = chosen;
  const reused = (reusesTrials ? cache?.restoreTrials(chosen) : null) ?? null;
  const test = reused?.test ?? chosen.test;
  const images = { ...chosen, test, reused };
  sendTrialData(images, pool, seed);
  const { size } = dataset.image;
  // The number of classes does not matter before the head.
  const width = concatenatedWidth(backbone.network(size, 2));
  createFeatureFile(featureFileIn(folder), samples.length, width);
  pool.prepare({ kind: 'backbone', pretrained: pretrainedOf(backbone) });
  const features = openFeatureFile(featureFileIn(folder), width);
  try {
    const rows = [...chosen.train, ...test];
    const missing = cache?.restoreEmbeddings(images, features, rows) ?? rows;
    await inChunks(missing, pool.size, onImages, async (chunk) => {
      await pool.run('embed', { rows: chunk });
    });
    if (missing.length > 0) cache?.keepEmbeddings(images, features, rows);
    const source = sourceFeaturesOf(programDir, backbone.sha256, size);
    return { ...images, novelty: source && noveltyOf(images, features, source, seed) };
  } finally {
    features.close();
  }
}

/** Training images that the novelty is measured on. */
const NOVELTY_IMAGES = 600;

/** Distance of the embedded images from those that the backbone was trained on. */
function noveltyOf(
  images: WithBackbone,
  features: FeatureFile,
  source: NonNullable<ReturnType<typeof sourceFeaturesOf>>,
  seed: number,
): number {
  const rows = nestedOrders(images, seed)[0].slice(0, NOVELTY_IMAGES);
  return novelty(features.read(rows), source);
}
