import { plainNetwork, type Network } from '../engine/network.js';
import { standardisedFrom } from './initial.js';
import { augmentationFor, COMMON } from './recipe.js';
import type { TrainedStrategy } from './trained.js';
import type { NetworkContext, TrialSpec } from './trial.js';

/** A third of the backbone's arithmetic: what people would try first on small images. */
const SMALL_NET = [
  [16, 2, 0],
  [32, 2, 0],
  [32, 1, 1],
  [64, 2, 1],
  [64, 1, 2],
  [128, 2, 2],
  [128, 1, 3],
] as const;

export function smallNet(size: number, classes: number): Network {
  return plainNetwork('small net', size, classes, SMALL_NET);
}

/** Random start, all weights learned from the target alone, in the backbone's architecture or in a small net. */
export function scratch(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const plain =
    spec.variant === 'small net'
      ? smallNet(context.size, context.classes)
      : context.backbone.network(context.size, context.classes);
  const network = standardisedFrom(plain, 0);
  const blocks = Math.max(...network.layers.map((layer) => layer.block)) + 1;
  return {
    network,
    head: 'zeros',
    recipe: (rate) => ({
      ...COMMON,
      rate,
      blockScale: Array.from({ length: blocks }, () => 1),
      epochs: spec.epochs,
      unfreezing: null,
      augmentation: augmentationFor(context.size, spec.flip),
    }),
  };
}
