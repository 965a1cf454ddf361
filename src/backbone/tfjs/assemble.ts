import type { ConvLayer, Weights } from '../../engine/network.js';
import { layerError } from '../errors.js';
import type { WeightLookup } from '../tensor.js';
import type { ConvNormActivation } from './conv-norm-activation.js';

/** The wasm engine computes eight channels at a time. */
const CHANNEL_MULTIPLE = 8;
const COLOR_CHANNELS = 3;
/** Training can start at each block, and each such start costs trials. */
const MAX_BLOCKS = 6;

/**
 * The layers of our network and their weights, with batch norms folded into the convolutions. Only the last layer of
 * each block is pooled.
 * @throws InputError when a weight is missing or of another shape, values are not finite, or the engines do not
 *   support a width.
 */
export function assemble(
  convolutions: readonly ConvNormActivation[],
  lookup: WeightLookup,
  jsonFile: string,
): { layers: ConvLayer[]; weights: Weights } {
  const weights: Weights = new Map();
  const blocks = blocksOf(convolutions);
  let inputs = COLOR_CHANNELS;
  const layers = convolutions.map((convolution, index): ConvLayer => {
    const { name, kind, stride, padding, activation } = convolution;
    if (name === 'head' || weights.has(`${name}/kernel`)) {
      throw layerError(
        jsonFile,
        convolution,
        'has a duplicate or reserved name.',
        'Give each layer its own name.',
      );
    }
    const { kernel, outputs } = kernelOf(convolution, inputs, lookup, jsonFile);
    const folded = withBatchNorm(convolution, kernel, outputs, lookup);
    if (![folded.kernel, folded.bias].every((values) => values.every(Number.isFinite))) {
      throw layerError(
        jsonFile,
        convolution,
        'has a batch norm with a variance that is not positive, so its values are not finite.',
        'Use another copy of the model: this one is damaged, or was saved after its training diverged.',
      );
    }
    weights.set(`${name}/kernel`, folded.kernel).set(`${name}/bias`, folded.bias);
    const pooled = index + 1 === convolutions.length || blocks[index + 1] !== blocks[index];
    const layer = { name, kind, inputs, outputs, stride, padding, activation, block: blocks[index] };
    inputs = outputs;
    return pooled ? layer : { ...layer, pooled };
  });
  return { layers, weights };
}

/**
 * The block of each layer, from 0. A layer with stride 2 begins a new block, because features of one resolution belong
 * together. If there are more than six, the lowest are merged. Without strides there are two blocks of about the same
 * depth, which keep pairs of depthwise and pointwise layers together if they can.
 */
export function blocksOf(layers: readonly Pick<ConvLayer, 'kind' | 'stride'>[]): number[] {
  let block = 0;
  const blocks = layers.map(({ stride }, index) => (index > 0 && stride === 2 ? ++block : block));
  const surplus = Math.max(0, block + 1 - MAX_BLOCKS);
  if (block > 0) return blocks.map((value) => Math.max(0, value - surplus));
  const start = startOfUpperHalf(layers);
  return layers.map((_, index) => (index < start ? 0 : 1));
}

function startOfUpperHalf(layers: readonly Pick<ConvLayer, 'kind'>[]): number {
  const half = Math.ceil(layers.length / 2);
  const starts = layers.flatMap(({ kind }, index) => {
    const splitsPair = kind === 'pointwise' && layers[index - 1]?.kind === 'depthwise';
    return index === 0 || splitsPair ? [] : [index];
  });
  const nearest = starts.sort((a, b) => Math.abs(a - half) - Math.abs(b - half)).at(0);
  return nearest ?? Math.max(1, half);
}

/** @throws InputError also when the engines do not support the kernel's width. */
function kernelOf(
  convolution: ConvNormActivation,
  inputs: number,
  lookup: WeightLookup,
  jsonFile: string,
): { kernel: Float32Array; outputs: number } {
  const { name, kind } = convolution;
  const side = kind === 'pointwise' ? 1 : 3;
  if (kind === 'depthwise') {
    // Keras 3 calls it `kernel`.
    const part = lookup.has(name, 'depthwise_kernel') ? 'depthwise_kernel' : 'kernel';
    const { values } = lookup.find(name, part, [side, side, inputs, 1]);
    checkWidth(convolution, inputs, jsonFile);
    return { kernel: values, outputs: inputs };
  }
  const isFirst = inputs === COLOR_CHANNELS;
  const { shape, values } = lookup.find(name, 'kernel', [
    side,
    side,
    isFirst ? null : inputs,
    convolution.outputs,
  ]);
  if (isFirst && shape[2] !== COLOR_CHANNELS) {
    throw layerError(
      jsonFile,
      convolution,
      `expects images with ${shape[2]} channel(s); only color images (3) are supported.`,
    );
  }
  checkWidth(convolution, shape[3], jsonFile);
  return { kernel: values, outputs: shape[3] };
}

function checkWidth(convolution: ConvNormActivation, outputs: number, jsonFile: string): void {
  if (outputs > 0 && outputs % CHANNEL_MULTIPLE === 0) return;
  throw layerError(
    jsonFile,
    convolution,
    `has ${outputs} outputs; only multiples of ${CHANNEL_MULTIPLE} are supported.`,
    'Use a width of the model in which all layers have a multiple of 8 outputs.',
  );
}

function withBatchNorm(
  { name, hasBias, norm }: ConvNormActivation,
  kernel: Float32Array,
  outputs: number,
  lookup: WeightLookup,
): { kernel: Float32Array; bias: Float32Array } {
  const bias = hasBias ? lookup.find(name, 'bias', [outputs]).values : new Float32Array(outputs);
  if (norm === null) return { kernel, bias };
  const part = (key: string) => lookup.find(norm.name, key, [outputs]).values;
  return foldBatchNorm(kernel, bias, {
    mean: part('moving_mean'),
    variance: part('moving_variance'),
    gamma: norm.scale ? part('gamma') : null,
    beta: norm.center ? part('beta') : null,
    epsilon: norm.epsilon,
  });
}

/** Parameters of a batch norm, one number per channel. */
export interface BatchNormValues {
  mean: Float32Array;
  variance: Float32Array;
  /** null: 1. */
  gamma: Float32Array | null;
  /** null: 0. */
  beta: Float32Array | null;
  epsilon: number;
}

/**
 * Folds a batch norm into the convolution before it. The outputs are the last axis of the row-major `kernel` whose
 * size is not 1; `bias` has one number per output.
 */
export function foldBatchNorm(
  kernel: Float32Array,
  bias: Float32Array,
  { mean, variance, gamma, beta, epsilon }: BatchNormValues,
): { kernel: Float32Array; bias: Float32Array } {
  const scale = Float64Array.from(variance, (value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  return {
    kernel: kernel.map((value, i) => value * scale[i % scale.length]),
    bias: bias.map((value, i) => (value - mean[i]) * scale[i] + (beta?.[i] ?? 0)),
  };
}
