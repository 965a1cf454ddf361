import { zerosBefore } from '../network.js';
import { firstWindow, maskFlags, outputFlags, type Method } from './layer.js';

/** 3x3 at any stride and size, one multiplication for each pair of input and weight. */
export const direct: Method = {
  bytes: (kernels, inputs, outputs) => ({
    weights: 36 * inputs * outputs,
    panels: 36 * inputs * outputs,
    products: 0,
    buffer: kernels.directWorkspace(outputs),
  }),

  pack({ kernels }, _workspace, { kernel, weights, input, output }) {
    kernels.pack(kernel.value, 9 * input.channels, output.channels, weights);
  },

  forward({ kernels }, { buffer }, { layer, input, output, weights, bias }, images) {
    kernels.convolve(
      firstWindow(input, layer),
      input.image,
      layer.stride * input.row,
      layer.stride * input.pixel,
      3,
      3 * input.channels,
      input.row,
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

  kernelGradient({ kernels }, { buffer }, { layer, input, outputGradient, kernel, bias }, images) {
    kernels.kernelGradient(
      firstWindow(input, layer),
      input.image,
      layer.stride * input.row,
      layer.stride * input.pixel,
      3,
      3 * input.channels,
      input.row,
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

  inputGradient({ kernels }, { panels, buffer }, { layer, kernel, outputGradient }, below, images) {
    const { output: mask, outputGradient: target } = below;
    const sets = layer.stride === 1 ? stride1 : stride2[zerosBefore(layer, target.side)];
    const phases = sets.flatMap((rows, row) =>
      sets.map((columns, column) => ({ row, rows, column, columns })),
    );
    for (const { row, rows, column, columns } of phases) {
      const taps = rows.taps.flatMap((tapRow) => columns.taps.map((tapColumn) => 3 * tapRow + tapColumn));
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

/**
 * Which taps of which windows read the rows of one parity; columns work alike, and a pixel combines its row
 * and column. `taps` are in the order of the windows; `start` is the first window, counted from the border of
 * the output gradient.
 */
interface WindowSet {
  taps: readonly number[];
  start: number;
}

/** At stride 1 three windows read every row. */
const stride1: readonly WindowSet[] = [{ taps: [2, 1, 0], start: 0 }];

/**
 * At stride 2 it depends on parity. With a zero before row 0, an even row is the middle of one window, and an
 * odd row the end of one window and the beginning of the next. Without it, the roles are swapped.
 *
 *     row           0  1  2  3  4
 *     with      [0  1  2]
 *                     [0  1  2]
 *     without      [0  1  2]
 *                        [0  1  2]
 */
const stride2: Readonly<Record<0 | 1, readonly WindowSet[]>> = {
  1: [
    { taps: [1], start: 1 },
    { taps: [2, 0], start: 1 },
  ],
  0: [
    { taps: [2, 0], start: 0 },
    { taps: [1], start: 1 },
  ],
};
