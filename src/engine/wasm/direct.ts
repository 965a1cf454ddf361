import { zerosBefore } from '../network.js';
import { firstWindow, maskFlags, outputFlags, type Convolution, type Method } from './layer.js';

/** 3x3 at any stride and size, one multiplication for each pair of input and weight. */
export const direct = directMethod(3);

/** 1x1: the matrix product of the pixels and the kernel [inputs, outputs]. */
export const pointwise = directMethod(1);

/** @param window Side of the window in pixels. */
function directMethod(window: 1 | 3): Method {
  return {
    bytes: (kernels, inputs, outputs) => ({
      weights: 4 * window ** 2 * inputs * outputs,
      panels: 4 * window ** 2 * inputs * outputs,
      products: 0,
      buffer: kernels.directWorkspace(outputs),
    }),

    pack({ kernels }, _workspace, { kernel, weights, input, output }) {
      kernels.pack(kernel.value, window ** 2 * input.channels, output.channels, weights);
    },

    forward({ kernels }, { buffer }, convolution, images) {
      const { layer, output, weights, bias } = convolution;
      kernels.convolve(
        ...windowsOf(convolution, window),
        images,
        output.side,
        output.side,
        weights,
        output.inner,
        output.image,
        output.row,
        output.pixel,
        output.channels,
        outputFlags(kernels, layer),
        bias.value,
        0,
        buffer,
      );
    },

    kernelGradient({ kernels }, { buffer }, convolution, images) {
      const { outputGradient, kernel, bias } = convolution;
      kernels.kernelGradient(
        ...windowsOf(convolution, window),
        outputGradient.inner,
        outputGradient.image,
        outputGradient.row,
        images,
        outputGradient.side,
        outputGradient.side,
        outputGradient.channels,
        kernel.gradient,
        bias.gradient,
        buffer,
      );
    },

    inputGradient(arena, { panels, buffer }, { layer, kernel, outputGradient }, below, images) {
      const { kernels } = arena;
      const { output: mask, outputGradient: target } = below;
      // A pointwise layer reads only every other pixel at stride 2; the others still have the last step's gradient.
      if (window < layer.stride) arena.bytes(target.outer, images * target.image).fill(0);
      const sets = windowSets(window, layer.stride, zerosBefore(layer, target.side));
      const phases = sets.flatMap((rows, row) =>
        sets.map((columns, column) => ({ row, rows, column, columns })),
      );
      for (const { row, rows, column, columns } of phases) {
        const taps = rows.taps.flatMap((tapRow) =>
          columns.taps.map((tapColumn) => window * tapRow + tapColumn),
        );
        const tapBytes = 32 * outputGradient.channels;
        taps.forEach((tap, index) => {
          kernels.packTransposed(
            kernel.value + 4 * tap * target.channels * outputGradient.channels,
            target.channels,
            outputGradient.channels,
            panels + index * tapBytes,
            taps.length * tapBytes,
          );
        });
        const corner = row * target.row + column * target.pixel;
        kernels.convolve(
          outputGradient.outer + rows.start * outputGradient.row + columns.start * outputGradient.pixel,
          outputGradient.image,
          outputGradient.row,
          outputGradient.pixel,
          rows.taps.length,
          columns.taps.length * outputGradient.channels,
          outputGradient.row,
          images,
          Math.ceil((target.side - row) / layer.stride),
          Math.ceil((target.side - column) / layer.stride),
          panels,
          target.inner + corner,
          target.image,
          layer.stride * target.row,
          layer.stride * target.pixel,
          target.channels,
          maskFlags(kernels, below.layer),
          0,
          mask.inner + corner,
          buffer,
        );
      }
    },
  };
}

/** Arguments that tell a kernel where the windows are in the layer's input. */
function windowsOf({ layer, input }: Convolution, window: number) {
  return [
    firstWindow(input, layer),
    input.image,
    layer.stride * input.row,
    layer.stride * input.pixel,
    window,
    window * input.channels,
    input.row,
  ] as const;
}

/**
 * The windows that read the rows of one parity; columns work alike, and a pixel combines its row and column.
 * `taps` are in the order of the windows; `start` is the first window, counted from the border of the output
 * gradient.
 */
interface WindowSet {
  taps: readonly number[];
  start: number;
}

/**
 * At stride 1 three windows read every row. At stride 2 it depends on parity. With a zero before row 0, an even
 * row is the middle of one window, and an odd row the end of one window and the beginning of the next. Without
 * it, the roles are swapped.
 *
 *     row           0  1  2  3  4
 *     with      [0  1  2]
 *                     [0  1  2]
 *     without      [0  1  2]
 *                        [0  1  2]
 */
function windowSets(window: 1 | 3, stride: 1 | 2, zeros: 0 | 1): WindowSet[] {
  if (window === 1) return [{ taps: [0], start: 1 }];
  if (stride === 1) return [{ taps: [2, 1, 0], start: 0 }];
  const middle = { taps: [1], start: 1 };
  return zeros === 1 ? [middle, { taps: [2, 0], start: 1 }] : [{ taps: [2, 0], start: 0 }, middle];
}
