import type { ConvLayer, Weights } from '../../engine/network.js';
import { blocksOf } from './blocks.js';
import { foldNorm } from './fold.js';
import type { Lookup } from './lookup.js';
import { refuseLayer } from './refuse.js';
import type { Stage } from './stage.js';

/** The wasm engine computes eight channels at once. */
const CHANNELS_AT_ONCE = 8;
const COLOURS = 3;

/**
 * The layers of our network and their weights, batch norm folded in; of each block only the last layer is pooled.
 * @throws InputError when a weight is missing or has another shape, values are not finite, or a width does not fit
 * our engines.
 */
export function assemble(
  stages: readonly Stage[],
  lookup: Lookup,
  jsonFile: string,
): { layers: ConvLayer[]; weights: Weights } {
  const weights: Weights = new Map();
  const blocks = blocksOf(stages);
  let inputs = COLOURS;
  const layers = stages.map((stage, index): ConvLayer => {
    const { name, kind, stride, padding, activation } = stage;
    if (name === 'head' || weights.has(`${name}/kernel`)) {
      throw refuseLayer(jsonFile, stage, 'has a name that is taken.', 'Give each layer a name of its own.');
    }
    const { kernel, outputs } = kernelOf(stage, inputs, lookup, jsonFile);
    const folded = withNorm(stage, kernel, outputs, lookup);
    if (![folded.kernel, folded.bias].every((values) => values.every(Number.isFinite))) {
      throw refuseLayer(
        jsonFile,
        stage,
        'has a batch norm whose variance is not positive, so its values are not finite.',
        'Take another copy of the model: this one was saved after its training had failed, or is damaged.',
      );
    }
    weights.set(`${name}/kernel`, folded.kernel).set(`${name}/bias`, folded.bias);
    const pooled = index + 1 === stages.length || blocks[index + 1] !== blocks[index];
    const layer = { name, kind, inputs, outputs, stride, padding, activation, block: blocks[index] };
    inputs = outputs;
    return pooled ? layer : { ...layer, pooled };
  });
  return { layers, weights };
}

/** Throws also when the kernel's width is none that our engines compute. */
function kernelOf(
  stage: Stage,
  inputs: number,
  lookup: Lookup,
  jsonFile: string,
): { kernel: Float32Array; outputs: number } {
  const { name, kind } = stage;
  const window = kind === 'pointwise' ? 1 : 3;
  if (kind === 'depthwise') {
    // Keras 3 calls it `kernel`.
    const part = lookup.has(name, 'depthwise_kernel') ? 'depthwise_kernel' : 'kernel';
    const { values } = lookup.find(name, part, [window, window, inputs, 1]);
    checkWidth(stage, inputs, jsonFile);
    return { kernel: values, outputs: inputs };
  }
  const isFirst = inputs === COLOURS;
  const { shape, values } = lookup.find(name, 'kernel', [
    window,
    window,
    isFirst ? null : inputs,
    stage.outputs,
  ]);
  if (isFirst && shape[2] !== COLOURS) {
    throw refuseLayer(
      jsonFile,
      stage,
      `reads an image of ${shape[2]} channel(s); ours have red, green and blue.`,
    );
  }
  checkWidth(stage, shape[3], jsonFile);
  return { kernel: values, outputs: shape[3] };
}

function checkWidth(stage: Stage, outputs: number, jsonFile: string): void {
  if (outputs > 0 && outputs % CHANNELS_AT_ONCE === 0) return;
  throw refuseLayer(
    jsonFile,
    stage,
    `has ${outputs} outputs; our engines compute multiples of ${CHANNELS_AT_ONCE}.`,
    'Take a width of the model whose layers all have a multiple of 8.',
  );
}

function withNorm(
  { name, hasBias, norm }: Stage,
  kernel: Float32Array,
  outputs: number,
  lookup: Lookup,
): { kernel: Float32Array; bias: Float32Array } {
  const bias = hasBias ? lookup.find(name, 'bias', [outputs]).values : new Float32Array(outputs);
  if (norm === null) return { kernel, bias };
  const part = (key: string) => lookup.find(norm.name, key, [outputs]).values;
  return foldNorm(kernel, bias, {
    mean: part('moving_mean'),
    variance: part('moving_variance'),
    gamma: norm.scale ? part('gamma') : null,
    beta: norm.center ? part('beta') : null,
    epsilon: norm.epsilon,
  });
}
