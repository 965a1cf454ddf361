import { zerosBefore, type ConvLayer } from '../network.js';
import type { Address, Arena, Kernels } from './arena.js';
import type { TrainedLayer } from './parameters.js';

/**
 * A batch of square images [images, rows, rows, channels] with a border of zeros around their side × side
 * pixels: one pixel above and to the left; below and to the right one pixel, after padding to whole tiles of
 * 4 × 4. Convolutions read it without bounds checks, and nothing ever writes to the border.
 */
export interface PaddedImages {
  readonly side: number;
  readonly channels: number;
  /** The first pixel of the border. */
  readonly outer: Address;
  /** The first pixel of the image. */
  readonly inner: Address;
  /** Bytes of a pixel, a row, an image. */
  readonly pixel: number;
  readonly row: number;
  readonly image: number;
}

export function reserveImages(arena: Arena, images: number, side: number, channels: number): PaddedImages {
  const rows = Math.ceil(side / 4) * 4 + 2;
  const pixel = 4 * channels;
  const row = rows * pixel;
  const image = rows * row;
  const outer = arena.reserve(images * image);
  return { side, channels, outer, inner: outer + row + pixel, pixel, row, image };
}

/** A convolution in memory: its input and output, its parameters, and the method that computes it. */
export interface Convolution extends TrainedLayer {
  readonly layer: ConvLayer;
  readonly input: PaddedImages;
  readonly output: PaddedImages;
  /** Gradient of the loss with respect to the output before the activation. */
  readonly outputGradient: PaddedImages;
  /** The kernel, packed as `forward` reads it. */
  readonly weights: Address;
  readonly method: Method;
}

/** Memory that all layers share. */
export interface Workspace {
  /** A kernel, packed into panels of 8 columns. */
  readonly panels: Address;
  /** A transformed kernel, or its gradient. */
  readonly products: Address;
  readonly buffer: Address;
}

/**
 * A way to compute a convolution and its gradients. All functions process the first `images` of the batch.
 */
export interface Method {
  /** Bytes of `weights` and of each part of the workspace. */
  bytes(kernels: Kernels, inputs: number, outputs: number): Record<'weights' | keyof Workspace, number>;
  /** Packs the kernel into `weights`; to be called after each change. */
  pack(arena: Arena, workspace: Workspace, convolution: Convolution): void;
  forward(arena: Arena, workspace: Workspace, convolution: Convolution, images: number): void;
  /** Computes the gradients of kernel and bias from the output gradient. */
  kernelGradient(arena: Arena, workspace: Workspace, convolution: Convolution, images: number): void;
  /** Computes the output gradient of the layer below, including the derivative of its activation. */
  inputGradient(
    arena: Arena,
    workspace: Workspace,
    convolution: Convolution,
    below: Convolution,
    images: number,
  ): void;
}

/** Address of the first window of a layer that reads the images. */
export function firstWindow({ inner, side, row, pixel }: PaddedImages, layer: ConvLayer): Address {
  return inner - zerosBefore(layer, side) * (row + pixel);
}

/** Flags for kernels that add the bias and apply the activation. */
export function outputFlags({ BIAS, RELU, SIX }: Kernels, { activation }: ConvLayer): number {
  return BIAS.value | RELU.value | (activation === 'relu6' ? SIX.value : 0);
}

/** Flags for kernels that multiply by the derivative of the activation, which they read from its output. */
export function maskFlags({ MASK, SIX }: Kernels, { activation }: ConvLayer): number {
  return MASK.value | (activation === 'relu6' ? SIX.value : 0);
}
