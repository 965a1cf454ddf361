import type { ConvLayer } from '../network.js';
import type { Arena } from './arena.js';
import { reserveBordered, type Bordered } from './bordered.js';
import type { Address } from './module.js';
import { reserveParameter, type Parameter } from './parameter.js';

/** A layer in memory: what it reads and writes, its parameters, and its weights in the order the kernels read them. */
export interface Convolution {
  readonly layer: ConvLayer;
  readonly input: Bordered;
  readonly output: Bordered;
  /** Gradient of the loss by the layer's sums before the ReLU. */
  readonly slopes: Bordered;
  /** What convolves, and the gradient by it. */
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** What is trained in the kernel's place when the layer is standardised. */
  readonly standardised: Standardised | null;
  /** [outputs/8][9 * channels][8] */
  readonly forwardPanels: Address;
  /** The same weights by output for the gradient of the input, one set of panels for each parity of the pixel. */
  readonly backwardPanels: Address;
  readonly workspace: Address;
}

export interface Standardised {
  readonly raw: Parameter;
  readonly gain: Parameter;
}

export function reserveConvolution(
  arena: Arena,
  layer: ConvLayer,
  input: Bordered,
  maxBatch: number,
): Convolution {
  const { outputs, stride, name } = layer;
  const side = Math.ceil(input.side / stride);
  const weights = 9 * input.channels * outputs;
  const kernelShape = {
    groups: 9,
    rows: layer.inputs,
    columns: outputs,
    paddedRows: input.channels,
    paddedColumns: outputs,
  };
  const vectorShape = { groups: 1, rows: 1, columns: outputs, paddedRows: 1, paddedColumns: outputs };
  return {
    layer,
    input,
    output: reserveBordered(arena, maxBatch, side, outputs),
    slopes: reserveBordered(arena, maxBatch, side, outputs),
    kernel: reserveParameter(arena, `${name}/kernel`, kernelShape),
    bias: reserveParameter(arena, `${name}/bias`, vectorShape),
    standardised:
      layer.standardised === true
        ? {
            raw: reserveParameter(arena, `${name}/kernel`, kernelShape),
            gain: reserveParameter(arena, `${name}/gain`, vectorShape),
          }
        : null,
    forwardPanels: arena.reserveFloats(weights),
    backwardPanels: arena.reserveFloats(weights),
    workspace: arena.reserve(
      Math.max(arena.kernels.TABLE_BYTES.value, arena.kernels.kernelGradientWorkspace(outputs)),
    ),
  };
}

/** To be called when the kernel has changed, before `forward`. */
export function packForward({ kernels }: Arena, { kernel, forwardPanels, input, output }: Convolution): void {
  kernels.pack(kernel.value, 9 * input.channels, output.channels, forwardPanels);
}

export function forward({ kernels }: Arena, convolution: Convolution, images: number): void {
  const { layer, input, output, forwardPanels, bias, workspace } = convolution;
  kernels.convolve(
    input.outer,
    input.image,
    layer.stride * input.row,
    layer.stride * input.pixel,
    3,
    3 * input.channels,
    input.row,
    images,
    output.side,
    output.side,
    forwardPanels,
    output.inner,
    output.image,
    output.row,
    output.pixel,
    output.channels,
    kernels.BIAS.value | kernels.RELU.value,
    bias.value,
    0,
    workspace,
  );
}

/** Gradients of kernel and bias from the slopes. */
export function kernelGradient({ kernels }: Arena, convolution: Convolution, images: number): void {
  const { layer, input, slopes, kernel, bias, workspace } = convolution;
  kernels.kernelGradient(
    input.outer,
    input.image,
    layer.stride * input.row,
    layer.stride * input.pixel,
    input.row,
    input.channels,
    slopes.inner,
    slopes.image,
    slopes.row,
    images,
    slopes.side,
    slopes.side,
    slopes.channels,
    kernel.gradient,
    bias.gradient,
    workspace,
  );
}

/**
 * The pixels of one parity, whose gradients are sums over the same taps. At stride 1 there is one such set, all
 * pixels with all nine taps; at stride 2 a pixel in an even row was seen by the middle row of one window, a pixel
 * in an odd row by the last row of one window and the first row of the next, and so for columns.
 */
interface Phase {
  row: number;
  column: number;
  /** Rows and columns of the kernel in the order of the windows that saw the pixel. */
  tapRows: readonly number[];
  tapColumns: readonly number[];
  /** First window that saw the first pixel, in pixels of the bordered slopes. */
  start: number;
}

const everyTap = [2, 1, 0];
const stride1: readonly Phase[] = [{ row: 0, column: 0, tapRows: everyTap, tapColumns: everyTap, start: 0 }];
const tapsByParity = [[1], [2, 0]];
const stride2: readonly Phase[] = tapsByParity.flatMap((tapRows, row) =>
  tapsByParity.map((tapColumns, column) => ({ row, column, tapRows, tapColumns, start: 1 })),
);

/** To be called when the kernel has changed, before `inputGradient`. */
export function packBackward({ kernels }: Arena, convolution: Convolution): void {
  const { layer, kernel, input, output, backwardPanels } = convolution;
  const tapFloats = input.channels * output.channels;
  let panels = backwardPanels;
  for (const { tapRows, tapColumns } of layer.stride === 1 ? stride1 : stride2) {
    const taps = tapRows.flatMap((row) => tapColumns.map((column) => 3 * row + column));
    const panelBytes = taps.length * output.channels * 32;
    taps.forEach((tap, index) => {
      kernels.packTransposed(
        kernel.value + 4 * tap * tapFloats,
        input.channels,
        output.channels,
        panels + index * output.channels * 32,
        panelBytes,
      );
    });
    panels += 4 * taps.length * tapFloats;
  }
}

/** Slopes of the layer below from those of this one; zero where the layer below gave zero. */
export function inputGradient(
  { kernels }: Arena,
  convolution: Convolution,
  below: Convolution,
  images: number,
): void {
  const { layer, slopes, backwardPanels, workspace } = convolution;
  const { output: mask, slopes: target } = below;
  let panels = backwardPanels;
  for (const { row, column, tapRows, tapColumns, start } of layer.stride === 1 ? stride1 : stride2) {
    const corner = row * target.row + column * target.pixel;
    kernels.convolve(
      slopes.outer + start * (slopes.row + slopes.pixel),
      slopes.image,
      slopes.row,
      slopes.pixel,
      tapRows.length,
      tapColumns.length * slopes.channels,
      slopes.row,
      images,
      Math.ceil((target.side - row) / layer.stride),
      Math.ceil((target.side - column) / layer.stride),
      panels,
      target.inner + corner,
      target.image,
      layer.stride * target.row,
      layer.stride * target.pixel,
      target.channels,
      kernels.MASK.value,
      0,
      mask.inner + corner,
      workspace,
    );
    panels += 4 * tapRows.length * tapColumns.length * slopes.channels * target.channels;
  }
}
