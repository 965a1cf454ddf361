import type { Model, StepOptions } from '../contract.js';
import { countCorrect } from '../argmax.js';
import { DEFAULT_PIXELS, featureWidth, concatenatedWidth, type Network, type Weights } from '../network.js';
import { Arena, type Address } from './arena.js';
import { reserveConvolution, reserveWorkspace } from './convolution.js';
import { headForward, headInputGradient, headKernelGradient, reserveHead, type Head } from './head.js';
import { maskFlags, reserveImages, type Convolution, type PaddedImages, type Workspace } from './layer.js';
import {
  backpropStandardization,
  parametersOf,
  readParameter,
  sgdStep,
  standardizeKernel,
  writeParameter,
  type LayerParameters,
  type Parameter,
} from './parameters.js';

/** A network in the memory of one instance. */
interface Layout {
  readonly arena: Arena;
  readonly network: Network;
  readonly maxBatch: number;
  readonly pixels: Address;
  readonly scaling: Address;
  readonly image: PaddedImages;
  readonly convolutions: readonly Convolution[];
  readonly workspace: Workspace;
  readonly head: Head;
  readonly labels: Address;
  readonly allFeatures: Address;
  /** Layers whose kernel changed since it was last packed. */
  readonly unpacked: Set<Convolution>;
}

/**
 * @throws RangeError when a layer's width is not a multiple of 8, or the weights do not match the network.
 */
export function createModel(network: Network, weights: Weights, maxBatch: number): Model {
  let layout: Layout | undefined = createLayout(network, maxBatch);
  const alive = (): Layout => {
    if (layout === undefined) throw new Error(`The model ${network.name} has been disposed.`);
    return layout;
  };
  loadWeights(layout, weights);
  return {
    network,
    embed: (pixels, count) => embed(alive(), pixels, count),
    predict: (pixels, count) => predict(alive(), pixels, count),
    evaluate: (pixels, labels, count) => evaluate(alive(), pixels, labels, count),
    trainStep: (pixels, labels, count, options) => trainStep(alive(), pixels, labels, count, options),
    weights: () =>
      new Map(
        parameters(alive()).map((parameter) => [parameter.name, readParameter(alive().arena, parameter)]),
      ),
    load: (replacement) => loadWeights(alive(), replacement),
    dispose: () => {
      layout = undefined;
    },
  };
}

function createLayout(network: Network, maxBatch: number): Layout {
  const odd = network.layers.find(({ outputs }) => outputs % 8 !== 0);
  if (odd !== undefined) {
    throw new RangeError(
      `${network.name}: ${odd.name} has ${odd.outputs} outputs; the wasm engine needs multiples of 8.`,
    );
  }
  const arena = new Arena();
  const pixels = arena.reserve(maxBatch * network.size ** 2 * 3 + 1);
  const scaling = arena.reserveFloats(8);
  const image = reserveImages(arena, maxBatch, network.size, 4);
  const convolutions: Convolution[] = [];
  for (const layer of network.layers) {
    convolutions.push(reserveConvolution(arena, layer, convolutions.at(-1)?.output ?? image, maxBatch));
  }
  const layout = {
    arena,
    network,
    maxBatch,
    pixels,
    scaling,
    image,
    convolutions,
    workspace: reserveWorkspace(arena, convolutions),
    head: reserveHead(arena, featureWidth(network), network.classes, maxBatch),
    labels: arena.reserve(4 * maxBatch),
    allFeatures: arena.reserveFloats(maxBatch * concatenatedWidth(network)),
    unpacked: new Set(convolutions),
  };
  arena.allocate();
  const { scale, shift } = network.pixels ?? DEFAULT_PIXELS;
  arena.floats(scaling, 8).set([...scale, 0, ...shift, 0]);
  return layout;
}

/** The trained parameters, layer by layer. */
function trainable({ convolutions, head }: Layout): LayerParameters[] {
  return [...convolutions.map(parametersOf), { kernel: head.kernel, vectors: [head.bias] }];
}

function parameters(layout: Layout): Parameter[] {
  return trainable(layout).flatMap(({ kernel, vectors }) => [kernel, ...vectors]);
}

function loadWeights(layout: Layout, weights: Weights): void {
  for (const parameter of parameters(layout))
    writeParameter(layout.arena, parameter, weights.get(parameter.name));
  for (const convolution of layout.convolutions) kernelChanged(layout, convolution);
}

function kernelChanged({ arena, unpacked }: Layout, convolution: Convolution): void {
  standardizeKernel(arena, convolution);
  unpacked.add(convolution);
}

/** Computes every layer's output. */
function runLayers(layout: Layout, pixels: Uint8Array, count: number): void {
  const { arena, network, maxBatch, image, convolutions, workspace, unpacked } = layout;
  if (!(count >= 1 && count <= maxBatch)) {
    throw new RangeError(`A batch of ${count} images, but the model supports 1 to ${maxBatch}.`);
  }
  const length = count * network.size ** 2 * 3;
  if (pixels.length < length)
    throw new RangeError(`${count} images need ${length} bytes, not ${pixels.length}.`);
  arena.bytes(layout.pixels, length).set(pixels.subarray(0, length));
  arena.kernels.normalize(
    layout.pixels,
    count,
    image.side,
    layout.scaling,
    image.inner,
    image.image,
    image.row,
  );
  for (const convolution of convolutions) {
    const { method } = convolution;
    if (unpacked.delete(convolution)) method.pack(arena, workspace, convolution);
    method.forward(arena, workspace, convolution, count);
  }
}

function pool(
  { kernels }: Arena,
  { output }: Convolution,
  count: number,
  into: Address,
  width: number,
): void {
  kernels.pool(output.inner, output.image, output.row, count, output.side, output.channels, into, 4 * width);
}

function embed(layout: Layout, pixels: Uint8Array, count: number): Float32Array {
  const { arena, network, convolutions, allFeatures } = layout;
  const width = concatenatedWidth(network);
  runLayers(layout, pixels, count);
  let column = allFeatures;
  for (const convolution of convolutions) {
    if (convolution.layer.pooled === false) continue;
    pool(arena, convolution, count, column, width);
    column += convolution.output.pixel;
  }
  return arena.floats(allFeatures, count * width).slice();
}

/** Computes the logits, which stay in the head. */
function runNetwork(layout: Layout, pixels: Uint8Array, count: number): void {
  const { arena, convolutions, head } = layout;
  runLayers(layout, pixels, count);
  pool(arena, convolutions.at(-1)!, count, head.features, head.width);
  headForward(arena, head, count);
}

function predict(layout: Layout, pixels: Uint8Array, count: number): Float32Array {
  runNetwork(layout, pixels, count);
  return logitsOf(layout, count);
}

function logitsOf({ arena, head }: Layout, count: number): Float32Array {
  const padded = arena.floats(head.logits, count * head.columns);
  const logits = new Float32Array(count * head.classes);
  for (let row = 0; row < count; row++) {
    const start = row * head.columns;
    logits.set(padded.subarray(start, start + head.classes), row * head.classes);
  }
  return logits;
}

function evaluate(
  layout: Layout,
  pixels: Uint8Array,
  labels: Int32Array,
  count: number,
): { loss: number; correctCount: number } {
  const targets = targetsOf(layout, labels, count);
  runNetwork(layout, pixels, count);
  const correctCount = countCorrect(logitsOf(layout, count), targets, layout.head.classes);
  return { loss: crossEntropy(layout, targets, 0, 1), correctCount };
}

/** @throws RangeError when there are too few labels, or a label is not a class. */
function targetsOf({ head }: Layout, labels: Int32Array, count: number): Int32Array {
  const targets = labels.subarray(0, count);
  if (targets.length < count || targets.some((label) => !(label >= 0 && label < head.classes))) {
    throw new RangeError(`Expected ${count} labels from 0 to ${head.classes - 1}.`);
  }
  return targets;
}

/** Returns the sum of the losses and replaces the logits with `weight` times their gradient. */
function crossEntropy(layout: Layout, targets: Int32Array, smoothing: number, weight: number): number {
  const { arena, head } = layout;
  arena.integers(layout.labels, targets.length).set(targets);
  return arena.kernels.crossEntropy(
    head.logits,
    4 * head.columns,
    targets.length,
    head.classes,
    layout.labels,
    smoothing,
    weight,
  );
}

function trainStep(
  layout: Layout,
  pixels: Uint8Array,
  labels: Int32Array,
  count: number,
  options: StepOptions,
): number {
  const { arena, convolutions } = layout;
  const { learningRates, labelSmoothing } = options;
  if (learningRates.length !== convolutions.length + 1) {
    throw new RangeError(
      `${learningRates.length} learning rates for ${convolutions.length} layers and a head.`,
    );
  }
  const targets = targetsOf(layout, labels, count);
  runNetwork(layout, pixels, count);
  const losses = crossEntropy(layout, targets, labelSmoothing, 1 / count);
  backward(layout, count, learningRates);
  const updated = trainable(layout).flatMap((layer, index) =>
    learningRates[index] > 0 ? [{ ...layer, learningRate: learningRates[index] }] : [],
  );
  sgdStep(arena, updated, options);
  convolutions.forEach((convolution, index) => {
    if (learningRates[index] > 0) kernelChanged(layout, convolution);
  });
  return losses / count;
}

/**
 * Computes the gradients of all layers with a positive learning rate, and nothing below the lowest of them.
 */
function backward(
  { arena, convolutions, workspace, head }: Layout,
  count: number,
  learningRates: Float32Array,
): void {
  const depth = convolutions.length;
  if (learningRates[depth] > 0) headKernelGradient(arena, head, count);
  const lowest = learningRates.findIndex((rate) => rate > 0);
  if (lowest === -1 || lowest === depth) return;

  headInputGradient(arena, head, count);
  const { output, outputGradient, layer } = convolutions.at(-1)!;
  arena.kernels.poolGradient(
    head.featureGradient,
    count,
    output.side,
    output.channels,
    output.inner,
    outputGradient.inner,
    output.image,
    output.row,
    maskFlags(arena.kernels, layer),
  );
  for (let index = depth - 1; index >= lowest; index--) {
    const convolution = convolutions[index];
    const { method } = convolution;
    if (learningRates[index] > 0) {
      method.kernelGradient(arena, workspace, convolution, count);
      backpropStandardization(arena, convolution);
    }
    if (index > lowest) method.inputGradient(arena, workspace, convolution, convolutions[index - 1], count);
  }
}
