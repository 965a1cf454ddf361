import type { Model, StepOptions } from '../contract.js';
import { hitsOf } from '../argmax.js';
import { DEFAULT_PIXELS, featureWidth, joinedWidth, type Network, type Weights } from '../network.js';
import { maskFlags } from './activation.js';
import { Arena } from './arena.js';
import { reserveBordered, type Bordered } from './bordered.js';
import { reserveConvolution, reserveScratch, type Convolution, type Scratch } from './convolution.js';
import { headForward, headInputGradient, headKernelGradient, reserveHead, type Head } from './head.js';
import type { Address } from './module.js';
import { readParameter, writeParameter, type Parameter } from './parameter.js';
import { carryGradient, parametersOf, refreshKernel, type LayerParameters } from './standardised.js';
import { descend } from './step.js';

/** A network laid out in the memory of one instance. */
interface Plan {
  readonly arena: Arena;
  readonly network: Network;
  readonly maxBatch: number;
  readonly pixels: Address;
  readonly scaling: Address;
  readonly image: Bordered;
  readonly convolutions: readonly Convolution[];
  readonly scratch: Scratch;
  readonly head: Head;
  readonly labels: Address;
  readonly joined: Address;
  /** Layers whose kernel has changed since it was packed. */
  readonly unpacked: Set<Convolution>;
}

/**
 * @throws RangeError when a layer's width is not a multiple of 8, or the weights do not fit the network.
 */
export function createModel(network: Network, weights: Weights, maxBatch: number): Model {
  let plan: Plan | undefined = layOut(network, maxBatch);
  const alive = (): Plan => {
    if (plan === undefined) throw new Error(`The model ${network.name} was disposed of.`);
    return plan;
  };
  loadWeights(plan, weights);
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
      plan = undefined;
    },
  };
}

function layOut(network: Network, maxBatch: number): Plan {
  const odd = network.layers.find(({ outputs }) => outputs % 8 !== 0);
  if (odd !== undefined) {
    throw new RangeError(
      `${network.name}: ${odd.name} has ${odd.outputs} outputs; the wasm engine needs multiples of 8.`,
    );
  }
  const arena = new Arena();
  const pixels = arena.reserve(maxBatch * network.size ** 2 * 3 + 1);
  const scaling = arena.reserveFloats(8);
  const image = reserveBordered(arena, maxBatch, network.size, 4);
  const convolutions: Convolution[] = [];
  for (const layer of network.layers) {
    convolutions.push(reserveConvolution(arena, layer, convolutions.at(-1)?.output ?? image, maxBatch));
  }
  const plan = {
    arena,
    network,
    maxBatch,
    pixels,
    scaling,
    image,
    convolutions,
    scratch: reserveScratch(arena, convolutions),
    head: reserveHead(arena, featureWidth(network), network.classes, maxBatch),
    labels: arena.reserve(4 * maxBatch),
    joined: arena.reserveFloats(maxBatch * joinedWidth(network)),
    unpacked: new Set(convolutions),
  };
  arena.take();
  const { scale, shift } = network.pixels ?? DEFAULT_PIXELS;
  arena.floats(scaling, 8).set([...scale, 0, ...shift, 0]);
  return plan;
}

/** What is trained, layer by layer. */
function trainable({ convolutions, head }: Plan): LayerParameters[] {
  return [...convolutions.map(parametersOf), { kernel: head.kernel, vectors: [head.bias] }];
}

function parameters(plan: Plan): Parameter[] {
  return trainable(plan).flatMap(({ kernel, vectors }) => [kernel, ...vectors]);
}

function loadWeights(plan: Plan, weights: Weights): void {
  for (const parameter of parameters(plan))
    writeParameter(plan.arena, parameter, weights.get(parameter.name));
  for (const convolution of plan.convolutions) kernelChanged(plan, convolution);
}

function kernelChanged({ arena, unpacked }: Plan, convolution: Convolution): void {
  refreshKernel(arena, convolution);
  unpacked.add(convolution);
}

/** Every layer's output for these images. */
function runLayers(plan: Plan, pixels: Uint8Array, count: number): void {
  const { arena, network, maxBatch, image, convolutions, scratch, unpacked } = plan;
  if (!(count >= 1 && count <= maxBatch)) {
    throw new RangeError(`A batch of ${count} images; the model was made for 1 to ${maxBatch}.`);
  }
  const length = count * network.size ** 2 * 3;
  if (pixels.length < length)
    throw new RangeError(`${count} images need ${length} bytes, not ${pixels.length}.`);
  arena.bytes(plan.pixels, length).set(pixels.subarray(0, length));
  arena.kernels.normalise(plan.pixels, count, image.side, plan.scaling, image.inner, image.image, image.row);
  for (const convolution of convolutions) {
    const { method } = convolution;
    if (unpacked.delete(convolution)) method.pack(arena, scratch, convolution);
    method.forward(arena, scratch, convolution, count);
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

function embed(plan: Plan, pixels: Uint8Array, count: number): Float32Array {
  const { arena, network, convolutions, joined } = plan;
  const width = joinedWidth(network);
  runLayers(plan, pixels, count);
  let column = joined;
  for (const convolution of convolutions) {
    if (convolution.layer.pooled === false) continue;
    pool(arena, convolution, count, column, width);
    column += convolution.output.pixel;
  }
  return arena.floats(joined, count * width).slice();
}

/** Leaves the logits in the head. */
function runNetwork(plan: Plan, pixels: Uint8Array, count: number): void {
  const { arena, convolutions, head } = plan;
  runLayers(plan, pixels, count);
  pool(arena, convolutions.at(-1)!, count, head.features, head.width);
  headForward(arena, head, count);
}

function predict(plan: Plan, pixels: Uint8Array, count: number): Float32Array {
  runNetwork(plan, pixels, count);
  return logitsOf(plan, count);
}

function logitsOf({ arena, head }: Plan, count: number): Float32Array {
  const padded = arena.floats(head.logits, count * head.columns);
  const logits = new Float32Array(count * head.classes);
  for (let row = 0; row < count; row++) {
    const start = row * head.columns;
    logits.set(padded.subarray(start, start + head.classes), row * head.classes);
  }
  return logits;
}

function evaluate(
  plan: Plan,
  pixels: Uint8Array,
  labels: Int32Array,
  count: number,
): { loss: number; hits: number } {
  const targets = targetsOf(plan, labels, count);
  runNetwork(plan, pixels, count);
  const hits = hitsOf(logitsOf(plan, count), targets, plan.head.classes);
  return { loss: crossEntropy(plan, targets, 0, 1), hits };
}

/** @throws RangeError when there are too few labels, or one that is no class. */
function targetsOf({ head }: Plan, labels: Int32Array, count: number): Int32Array {
  const targets = labels.subarray(0, count);
  if (targets.length < count || targets.some((label) => !(label >= 0 && label < head.classes))) {
    throw new RangeError(`The labels are not ${count} numbers from 0 to ${head.classes - 1}.`);
  }
  return targets;
}

/** Sum of the losses of the logits in the head, which become `weight` times their gradient. */
function crossEntropy(plan: Plan, targets: Int32Array, smoothing: number, weight: number): number {
  const { arena, head } = plan;
  arena.integers(plan.labels, targets.length).set(targets);
  return arena.kernels.crossEntropy(
    head.logits,
    4 * head.columns,
    targets.length,
    head.classes,
    plan.labels,
    smoothing,
    weight,
  );
}

function trainStep(
  plan: Plan,
  pixels: Uint8Array,
  labels: Int32Array,
  count: number,
  options: StepOptions,
): number {
  const { arena, convolutions } = plan;
  const { rates, labelSmoothing } = options;
  if (rates.length !== convolutions.length + 1) {
    throw new RangeError(`${rates.length} learning rates for ${convolutions.length} layers and a head.`);
  }
  const targets = targetsOf(plan, labels, count);
  runNetwork(plan, pixels, count);
  const losses = crossEntropy(plan, targets, labelSmoothing, 1 / count);
  backward(plan, count, rates);
  const trained = trainable(plan).flatMap((layer, index) =>
    rates[index] > 0 ? [{ ...layer, rate: rates[index] }] : [],
  );
  descend(arena, trained, options);
  convolutions.forEach((convolution, index) => {
    if (rates[index] > 0) kernelChanged(plan, convolution);
  });
  return losses / count;
}

/** Gradients of all layers with a rate above 0; nothing is computed below the lowest of them. */
function backward({ arena, convolutions, scratch, head }: Plan, count: number, rates: Float32Array): void {
  const depth = convolutions.length;
  if (rates[depth] > 0) headKernelGradient(arena, head, count);
  const lowest = rates.findIndex((rate) => rate > 0);
  if (lowest === -1 || lowest === depth) return;

  headInputGradient(arena, head, count);
  const { output, slopes, layer } = convolutions.at(-1)!;
  arena.kernels.poolGradient(
    head.featureSlopes,
    count,
    output.side,
    output.channels,
    output.inner,
    slopes.inner,
    output.image,
    output.row,
    maskFlags(arena.kernels, layer),
  );
  for (let index = depth - 1; index >= lowest; index--) {
    const convolution = convolutions[index];
    const { method } = convolution;
    if (rates[index] > 0) {
      method.kernelGradient(arena, scratch, convolution, count);
      carryGradient(arena, convolution);
    }
    if (index > lowest) method.inputGradient(arena, scratch, convolution, convolutions[index - 1], count);
  }
}
