import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  concatenatedWidth,
  fanIn,
  featureWidth,
  kernelSize,
  type ConvLayer,
  type Network,
  type Weights,
} from '../engine/network.js';
import { asHead, fitLinear, type LinearClassifier } from './logistic.js';
import type { TrialContext, TrialRows } from './trial.js';

/**
 * How the dense layer starts: with the weights of a logistic regression on its input features, or with zeros.
 */
export type HeadStart = 'linear probe' | 'zeros';

/** Weights that training starts from. */
export interface StartingWeights {
  weights: Weights;
  /** L2 penalty of the linear probe that the head comes from; null: the head starts from zeros. */
  l2: number | null;
}

/** Random weights for standardized layers, the backbone's for the others, and the strategy's head. */
export function startingWeights(
  context: TrialContext,
  { network, head }: { network: Network; head: HeadStart },
  rows: TrialRows,
  seed: number,
): StartingWeights {
  const layers = network.layers.flatMap((layer, index) =>
    layer.standardized === true
      ? [...randomLayer(layer, seed * 1009 + index)]
      : ['kernel', 'bias'].map((part) => pretrained(context, `${layer.name}/${part}`)),
  );
  const convolutions: Weights = new Map(layers);
  if (head === 'zeros') return { weights: withZeroHead(network, convolutions), l2: null };
  const probe = linearProbe(context, network, rows);
  const { kernel, bias } = asHead(probe);
  return { weights: convolutions.set('head/kernel', kernel).set('head/bias', bias), l2: probe.l2 };
}

function pretrained({ backbone }: TrialContext, name: string): [string, Float32Array] {
  return [name, backbone.weights.get(name)!];
}

/** A linear probe on the last features keeps fine-tuning from distorting them (Kumar et al. 2022). */
function linearProbe(
  context: TrialContext,
  network: Network,
  { train, validation }: TrialRows,
): LinearClassifier {
  const width = featureWidth(network);
  const start = concatenatedWidth(network) - width;
  const select = (rows: Int32Array) => {
    const allFeatures = context.features.read(rows);
    const features = new Float32Array(rows.length * width);
    rows.forEach((_, i) => {
      const end = (i + 1) * context.features.width;
      features.set(allFeatures.subarray(end - context.features.width + start, end), i * width);
    });
    return { features, labels: rows.map((row) => context.labels[row]) };
  };
  return fitLinear(context.engine, select(train), select(validation), context.classes);
}

/**
 * Random weights: kernels are uniform with variance 2 / fan-in (He et al. 2015), or 1 / (3 fan-in) where they
 * are standardized and only their scale relative to the learning rate matters; biases and head are zero.
 * Uniform rather than normal, because that needs no logarithm and is the same to the bit everywhere.
 */
export function randomWeights(network: Network, seed: number): Weights {
  const layers = network.layers.flatMap((layer, index) => [...randomLayer(layer, seed * 1009 + index)]);
  return withZeroHead(network, new Map(layers));
}

function randomLayer(layer: ConvLayer, seed: number): Weights {
  const { name, outputs, standardized } = layer;
  const random = xoroshiro128plus(seed);
  const { taps, inputs } = fanIn(layer);
  const bound = Math.sqrt((standardized === true ? 1 : 6) / (taps * inputs));
  const kernel = Float32Array.from(
    { length: kernelSize(layer) },
    () => (uniformInt(random, -0x800000, 0x800000) / 0x800000) * bound,
  );
  const weights: Weights = new Map([
    [`${name}/kernel`, kernel],
    [`${name}/bias`, new Float32Array(outputs)],
  ]);
  if (standardized === true) weights.set(`${name}/gain`, new Float32Array(outputs).fill(1));
  return weights;
}

/**
 * The network with standardized weights from `firstBlock` on, so that they learn fast from a random start.
 */
export function standardizedFrom(network: Network, firstBlock: number): Network {
  return {
    ...network,
    layers: network.layers.map((layer) =>
      layer.block < firstBlock ? layer : { ...layer, standardized: true },
    ),
  };
}

/** The convolutions with a head of zeros. */
export function withZeroHead(network: Network, convolutions: Weights): Weights {
  const weights: Weights = new Map(convolutions);
  weights.set('head/kernel', new Float32Array(featureWidth(network) * network.classes));
  weights.set('head/bias', new Float32Array(network.classes));
  return weights;
}
