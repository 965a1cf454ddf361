import { zerosBefore } from '../network.js';
import { maskFlags, outputFlags } from './activation.js';
import { firstWindow } from './bordered.js';
import type { Method } from './convolution.js';

/** Every product of an input and a weight, at any stride and size. */
export const direct: Method = {
  bytes: (kernels, inputs, outputs) => ({
    weights: 36 * inputs * outputs,
    panels: 36 * inputs * outputs,
    products: 0,
    workspace: kernels.directWorkspace(outputs),
  }),

  pack({ kernels }, _scratch, { kernel, weights, input, output }) {
    kernels.pack(kernel.value, 9 * input.channels, output.channels, weights);
  },

  forward({ kernels }, { workspace }, { layer, input, output, weights, bias }, images) {
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
      workspace,
    );
  },

  kernelGradient({ kernels }, { workspace }, { layer, input, slopes, kernel, bias }, images) {
    kernels.kernelGradient(
      firstWindow(input, layer),
      input.image,
      layer.stride * input.row,
      layer.stride * input.pixel,
      3,
      3 * input.channels,
      input.row,
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
  },

  inputGradient({ kernels }, { panels, workspace }, { layer, kernel, slopes }, below, images) {
    const { output: mask, slopes: target } = below;
    const sets = layer.stride === 1 ? stride1 : stride2[zerosBefore(layer, target.side)];
    const phases = sets.flatMap((rows, row) =>
      sets.map((columns, column) => ({ row, rows, column, columns })),
    );
    for (const { row, rows, column, columns } of phases) {
      const taps = rows.taps.flatMap((tapRow) => columns.taps.map((tapColumn) => 3 * tapRow + tapColumn));
      const tapBytes = 32 * slopes.channels;
      taps.forEach((tap, index) => {
        kernels.packTransposed(
          kernel.value + 4 * tap * target.channels * slopes.channels,
          target.channels,
          slopes.channels,
          panels + index * tapBytes,
          taps.length * tapBytes,
        );
      });
      const corner = row * target.row + column * target.pixel;
      kernels.convolve(
        slopes.outer + rows.start * slopes.row + columns.start * slopes.pixel,
        slopes.image,
        slopes.row,
        slopes.pixel,
        rows.taps.length,
        columns.taps.length * slopes.channels,
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
        maskFlags(kernels, below.layer),
        0,
        mask.inner + corner,
        workspace,
      );
    }
  },
};

/**
 * The rows of one parity, or the columns: which taps saw them, in the order of the windows, and the first window that
 * saw the first of them, counted from the border of the slopes. Taps of a row and of a column make those of a pixel.
 */
interface Seen {
  taps: readonly number[];
  start: number;
}

/** At stride 1 there is one such set: every row was seen by three windows. */
const stride1: readonly Seen[] = [{ taps: [2, 1, 0], start: 0 }];

/**
 * At stride 2 by parity. With a zero before row 0, an even row was seen by the middle of one window, an odd row by the
 * end of one window and the beginning of the next; without it, it is the other way round.
 *
 *     row           0  1  2  3  4
 *     with      [0  1  2]
 *                     [0  1  2]
 *     without      [0  1  2]
 *                        [0  1  2]
 */
const stride2: Readonly<Record<0 | 1, readonly Seen[]>> = {
  1: [
    { taps: [1], start: 1 },
    { taps: [2, 0], start: 1 },
  ],
  0: [
    { taps: [2, 0], start: 0 },
    { taps: [1], start: 1 },
  ],
};
