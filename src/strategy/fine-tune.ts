import { augmentationFor, COMMON } from './recipe.js';
import type { TrainedStrategy } from './trained.js';
import type { NetworkContext, TrialSpec } from './trial.js';

/** Blocks nearer the pixels hold more general features and move more slowly. */
const BLOCK_DECAY = 0.7;

/** LP-FT (Kumar et al. 2022): the head of a linear probe, then all blocks with rates that fall towards the pixels. */
export function fineTune(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const network = context.backbone.network(context.size, context.classes);
  return {
    network,
    head: 'linear probe',
    recipe: (rate) => ({
      ...COMMON,
      rate,
      blockScale: decayingScale(context.backbone.blocks),
      epochs: spec.epochs,
      unfreezing: null,
      augmentation: augmentationFor(context.size, spec.flip),
    }),
  };
}

/** 1 for the last block, times `BLOCK_DECAY` for each block towards the pixels, in as many digits as people write. */
export function decayingScale(blocks: number): number[] {
  return Array.from({ length: blocks }, (_, block) =>
    Number((BLOCK_DECAY ** (blocks - 1 - block)).toPrecision(12)),
  );
}
