import { featureWidth, joinedWidth, type Network, type Weights } from '../engine/network.js';
import { randomLayer, withZeroHead } from './initial.js';
import { asHead, fitLinear, type LinearClassifier } from './logistic.js';
import type { TrainedStrategy } from './trained.js';
import type { TrialContext, TrialRows } from './trial.js';

/** Weights that a training starts from, and the penalty of the linear probe that its head comes from. */
export interface StartingWeights {
  weights: Weights;
  /** null: the head starts from zeros. */
  penalty: number | null;
}

/** Random where weights are standardised, else the backbone's, below the head that the strategy starts with. */
export function startingWeights(
  context: TrialContext,
  { network, head }: Pick<TrainedStrategy, 'network' | 'head'>,
  rows: TrialRows,
  seed: number,
): StartingWeights {
  const layers = network.layers.flatMap((layer, index) =>
    layer.standardised === true
      ? [...randomLayer(layer, seed * 1009 + index)]
      : ['kernel', 'bias'].map((part) => pretrained(context, `${layer.name}/${part}`)),
  );
  const convolutions: Weights = new Map(layers);
  if (head === 'zeros') return { weights: withZeroHead(network, convolutions), penalty: null };
  const probe = linearProbe(context, network, rows);
  const { kernel, bias } = asHead(probe);
  return {
    weights: convolutions.set('head/kernel', kernel).set('head/bias', bias),
    penalty: probe.penalty,
  };
}

function pretrained({ backbone }: TrialContext, name: string): [string, Float32Array] {
  return [name, backbone.weights.get(name)!];
}

/** On the last features, so that fine-tuning does not start by destroying them (Kumar et al. 2022). */
function linearProbe(context: TrialContext, network: Network, { fit, hold }: TrialRows): LinearClassifier {
  const width = featureWidth(network);
  const from = joinedWidth(network) - width;
  const select = (rows: Int32Array) => {
    const joined = context.features.read(rows);
    const last = new Float32Array(rows.length * width);
    rows.forEach((_, i) => {
      const end = (i + 1) * context.features.width;
      last.set(joined.subarray(end - context.features.width + from, end), i * width);
    });
    return { features: last, labels: rows.map((row) => context.labels[row]) };
  };
  return fitLinear(context.engine, select(fit), select(hold), context.classes);
}
