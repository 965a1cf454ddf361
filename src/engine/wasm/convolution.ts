import { fanIn, type ConvLayer } from '../network.js';
import type { Arena } from './arena.js';
import { reserveBordered, type Bordered } from './bordered.js';
import { depthwise } from './depthwise.js';
import { direct } from './direct.js';
import type { Address, Kernels } from './module.js';
import { reserveParameter } from './parameter.js';
import { pointwise } from './pointwise.js';
import { reserveStandardised, type TrainedLayer } from './standardised.js';
import { winograd } from './winograd.js';

/** A layer in memory: what it reads and writes, its parameters, and how it is computed. */
export interface Convolution extends TrainedLayer {
  readonly layer: ConvLayer;
  readonly input: Bordered;
  readonly output: Bordered;
  /** Gradient of the loss by the layer's sums before the activation. */
  readonly slopes: Bordered;
  /** The kernel in the order in which `forward` reads it. */
  readonly weights: Address;
  readonly method: Method;
}

/** Memory that all layers use in turn. */
export interface Scratch {
  /** A kernel as panels of 8 columns. */
  readonly panels: Address;
  /** A transformed kernel, or the gradient of one. */
  readonly products: Address;
  readonly workspace: Address;
}

/** One way to compute a convolution and its gradients. All four functions take the first `images` of the batch. */
export interface Method {
  /** Bytes of `weights`, and of each part of the scratch memory. */
  bytes(kernels: Kernels, inputs: number, outputs: number): Record<'weights' | keyof Scratch, number>;
  /** Puts the kernel into `weights`: to be called when it has changed. */
  pack(arena: Arena, scratch: Scratch, convolution: Convolution): void;
  forward(arena: Arena, scratch: Scratch, convolution: Convolution, images: number): void;
  /** Gradients of kernel and bias from the slopes. */
  kernelGradient(arena: Arena, scratch: Scratch, convolution: Convolution, images: number): void;
  /** Slopes of the layer below from those of this one; zero where the activation below is flat. */
  inputGradient(
    arena: Arena,
    scratch: Scratch,
    convolution: Convolution,
    below: Convolution,
    images: number,
  ): void;
}

/** Winograd's tiles of 4 × 4 outputs save multiplications where at least 3 × 3 of them are used. */
function methodFor({ kind, stride }: ConvLayer, side: number): Method {
  if (kind === 'depthwise') return depthwise;
  if (kind === 'pointwise') return pointwise;
  return stride === 1 && side > 2 ? winograd : direct;
}

export function reserveConvolution(
  arena: Arena,
  layer: ConvLayer,
  input: Bordered,
  maxBatch: number,
): Convolution {
  const { outputs, stride, name } = layer;
  const side = Math.ceil(input.side / stride);
  const method = methodFor(layer, side);
  const { taps, inputs } = fanIn(layer);
  const shape = {
    groups: taps,
    rows: inputs,
    columns: outputs,
    paddedRows: layer.kind === 'depthwise' ? inputs : input.channels,
    paddedColumns: outputs,
  };
  const vectorShape = { groups: 1, rows: 1, columns: outputs, paddedRows: 1, paddedColumns: outputs };
  return {
    layer,
    input,
    output: reserveBordered(arena, maxBatch, side, outputs),
    slopes: reserveBordered(arena, maxBatch, side, outputs),
    kernel: reserveParameter(arena, `${name}/kernel`, shape),
    bias: reserveParameter(arena, `${name}/bias`, vectorShape),
    standardised: layer.standardised === true ? reserveStandardised(arena, name, shape) : null,
    weights: arena.reserve(method.bytes(arena.kernels, input.channels, outputs).weights),
    method,
  };
}

/** Room for the layer that needs most. */
export function reserveScratch(arena: Arena, convolutions: readonly Convolution[]): Scratch {
  const needs = convolutions.map(({ method, input, output }) =>
    method.bytes(arena.kernels, input.channels, output.channels),
  );
  const most = (part: keyof Scratch): number => Math.max(...needs.map((bytes) => bytes[part]));
  return {
    panels: arena.reserve(most('panels')),
    products: arena.reserve(most('products')),
    workspace: arena.reserve(most('workspace')),
  };
}
