import { decayingScale } from './fine-tune.js';
import { standardisedFrom } from './initial.js';
import { augmentationFor, COMMON, UNFREEZING } from './recipe.js';
import type { TrainedStrategy } from './trained.js';
import type { NetworkContext, TrialSpec } from './trial.js';

/** Progressive unfreezing: last block first, the next one down when the inner-split loss stops falling (Howard and Ruder 2018). */
export function gradualUnfreezing(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const network = context.backbone.network(context.size, context.classes);
  return {
    network,
    head: 'linear probe',
    recipe: (rate) => ({
      ...COMMON,
      rate,
      blockScale: decayingScale(context.backbone.blocks),
      epochs: spec.epochs,
      unfreezing: UNFREEZING,
      augmentation: augmentationFor(context.size, spec.flip),
    }),
  };
}

/** The early half of the backbone stays frozen, the later blocks start anew: old edges, new features. */
export function freshModule(context: NetworkContext, spec: TrialSpec): TrainedStrategy {
  const frozenBlocks = Math.floor(context.backbone.blocks / 2);
  const network = standardisedFrom(context.backbone.network(context.size, context.classes), frozenBlocks);
  return {
    network,
    head: 'zeros',
    recipe: (rate) => ({
      ...COMMON,
      rate,
      blockScale: Array.from({ length: context.backbone.blocks }, (_, block) =>
        block < frozenBlocks ? 0 : 1,
      ),
      epochs: spec.epochs,
      unfreezing: null,
      augmentation: augmentationFor(context.size, spec.flip),
    }),
  };
}
