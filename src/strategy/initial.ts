import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  fanIn,
  featureWidth,
  kernelSize,
  type ConvLayer,
  type Network,
  type Weights,
} from '../engine/network.js';

/**
 * A random start: kernels uniform with variance 2 / fan-in (He et al. 2015), or 1 / (3 fan-in) where they are
 * standardised anyway and only their scale against the learning rate matters; biases zero, the head zero.
 * Uniform rather than normal, because it takes no logarithm and so is the same to the bit everywhere.
 */
export function randomWeights(network: Network, seed: number): Weights {
  const layers = network.layers.flatMap((layer, index) => [...randomLayer(layer, seed * 1009 + index)]);
  return withZeroHead(network, new Map(layers));
}

/** The parameters of one layer. */
export function randomLayer(layer: ConvLayer, seed: number): Weights {
  const { name, outputs, standardised } = layer;
  const random = xoroshiro128plus(seed);
  const { taps, inputs } = fanIn(layer);
  const bound = Math.sqrt((standardised === true ? 1 : 6) / (taps * inputs));
  const kernel = Float32Array.from(
    { length: kernelSize(layer) },
    () => (uniformInt(random, -0x800000, 0x800000) / 0x800000) * bound,
  );
  const weights: Weights = new Map([
    [`${name}/kernel`, kernel],
    [`${name}/bias`, new Float32Array(outputs)],
  ]);
  if (standardised === true) weights.set(`${name}/gain`, new Float32Array(outputs).fill(1));
  return weights;
}

/** The same network with the weights of some layers standardised, so that they learn fast from a random start. */
export function standardisedFrom(network: Network, firstBlock: number): Network {
  return {
    ...network,
    layers: network.layers.map((layer) =>
      layer.block < firstBlock ? layer : { ...layer, standardised: true },
    ),
  };
}

/** The same convolutions under a head of zeros. */
export function withZeroHead(network: Network, convolutions: Weights): Weights {
  const weights: Weights = new Map(convolutions);
  weights.set('head/kernel', new Float32Array(featureWidth(network) * network.classes));
  weights.set('head/bias', new Float32Array(network.classes));
  return weights;
}
