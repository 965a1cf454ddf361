import { plainNetwork, type Network } from '../engine/network.js';
import { standardizedFrom, type HeadStart } from './initial-weights.js';
import { augmentationFor, COMMON_SETTINGS, UNFREEZING, type TrainingRecipe } from './recipe.js';
import type { NetworkContext, TrialSpec } from './trial.js';

/** Starting point and recipe: all that distinguishes fine-tuning, hybrid and scratch. */
export interface TrainedStrategy {
  /** Layers with standardized weights start at random, the others from the backbone. */
  network: Network;
  head: HeadStart;
  recipe: (learningRate: number) => TrainingRecipe;
}

/** Blocks nearer the pixels hold more general features and learn more slowly. */
const BLOCK_DECAY = 0.7;

/** A third of the backbone's operations: a net that people would try first on small images. */
const SMALL_NET = [
  [16, 2, 0],
  [32, 2, 0],
  [32, 1, 1],
  [64, 2, 1],
  [64, 1, 2],
  [128, 2, 2],
  [128, 1, 3],
] as const;

export function trainedStrategy(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  if (spec.strategy === 'fine-tune') return fineTune(context, spec);
  if (spec.strategy === 'scratch') return scratch(context, spec);
  return spec.variant === 'fresh module' ? freshModule(context, spec) : gradualUnfreezing(context, spec);
}

/** LP-FT (Kumar et al. 2022): a linear probe's head, then all blocks, those nearer the pixels more slowly. */
function fineTune(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const { backbone, size, classes } = context;
  return {
    network: backbone.network(size, classes),
    head: 'linear probe',
    recipe: recipeWith(context, spec, decayingScale(backbone.blocks)),
  };
}

/** Like fine-tuning, but blocks are unfrozen one by one, the last one first (Howard and Ruder 2018). */
function gradualUnfreezing(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const { network, head, recipe } = fineTune(context, spec);
  return { network, head, recipe: (learningRate) => ({ ...recipe(learningRate), unfreezing: UNFREEZING }) };
}

/** The early half of the backbone stays frozen, the later blocks start at random: old edges, new features. */
function freshModule(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const { backbone, size, classes } = context;
  const frozenBlocks = Math.floor(backbone.blocks / 2);
  const blockScale = Array.from({ length: backbone.blocks }, (_, block) => (block < frozenBlocks ? 0 : 1));
  return {
    network: standardizedFrom(backbone.network(size, classes), frozenBlocks),
    head: 'zeros',
    recipe: recipeWith(context, spec, blockScale),
  };
}

/**
 * All weights start at random and learn from the target alone, in the backbone's architecture or a small net.
 */
function scratch(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const { backbone, size, classes } = context;
  const plain = spec.variant === 'small net' ? smallNet(size, classes) : backbone.network(size, classes);
  const network = standardizedFrom(plain, 0);
  const blocks = Math.max(...network.layers.map((layer) => layer.block)) + 1;
  const blockScale = Array.from({ length: blocks }, () => 1);
  return { network, head: 'zeros', recipe: recipeWith(context, spec, blockScale) };
}

export function smallNet(size: number, classes: number): Network {
  return plainNetwork('small net', size, classes, SMALL_NET);
}

function recipeWith(
  { size }: NetworkContext,
  { epochs, flip }: TrialSpec,
  blockScale: number[],
): TrainedStrategy['recipe'] {
  const augmentation = augmentationFor(size, flip);
  return (learningRate) => ({
    ...COMMON_SETTINGS,
    learningRate,
    blockScale,
    epochs,
    unfreezing: null,
    augmentation,
  });
}

/** 1 for the last block, times `BLOCK_DECAY` for each block toward the pixels, rounded to 12 digits. */
function decayingScale(blocks: number): number[] {
  return Array.from({ length: blocks }, (_, block) =>
    Number((BLOCK_DECAY ** (blocks - 1 - block)).toPrecision(12)),
  );
}
