import { augmentationFor, COMMON } from './recipe.js';
import { probedHead, type TrainedStrategy } from './trained.js';
import type { TrialContext, TrialSpec } from './trial.js';

/** Blocks nearer the pixels hold more general features and move more slowly. */
const BLOCK_DECAY = 0.7;

/** LP-FT (Kumar et al. 2022): the head of a linear probe, then all blocks with rates that fall towards the pixels. */
export function fineTune(context: TrialContext, spec: TrialSpec): TrainedStrategy {
  const network = context.backbone.network(context.size, context.classes);
  return {
    network,
    start: (rows) => new Map([...context.backbone.weights, ...probedHead(context, network, rows)]),
    recipe: (rate) => ({
      ...COMMON,
      rate,
      blockScale: decayingScale(context.backbone.blocks),
      epochs: spec.epochs,
      gradual: false,
      augmentation: augmentationFor(context.size, spec.flip),
    }),
  };
}

/** 1 for the last block, times `BLOCK_DECAY` for each block towards the pixels. */
export function decayingScale(blocks: number): number[] {
  return Array.from({ length: blocks }, (_, block) => BLOCK_DECAY ** (blocks - 1 - block));
}
