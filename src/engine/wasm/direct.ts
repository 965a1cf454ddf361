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
      weights,
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
  },

  kernelGradient({ kernels }, { workspace }, { layer, input, slopes, kernel, bias }, images) {
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
  },

  inputGradient({ kernels }, { panels, workspace }, { layer, kernel, slopes }, below, images) {
    const { output: mask, slopes: target } = below;
    for (const { row, column, tapRows, tapColumns, start } of layer.stride === 1 ? stride1 : stride2) {
      const taps = tapRows.flatMap((tapRow) => tapColumns.map((tapColumn) => 3 * tapRow + tapColumn));
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
    }
  },
};

/**
 * The pixels of one parity, whose gradients are sums over the same taps. At stride 1 there is one such set, all
 * pixels with all nine taps; at stride 2 a pixel in an even row was seen by the middle row of one window, a pixel
 * in an odd row by the last row of one window and the first row of the next, and so for columns.
 */
interface Phase {
  /** The first pixel. */
  row: number;
  column: number;
  /** Rows and columns of the kernel in the order of the windows that saw the pixel. */
  tapRows: readonly number[];
  tapColumns: readonly number[];
  /** First window that saw the first pixel, from the corner of the bordered slopes. */
  start: number;
}

const turned = [2, 1, 0];
const stride1: readonly Phase[] = [{ row: 0, column: 0, tapRows: turned, tapColumns: turned, start: 0 }];
const tapsByParity = [[1], [2, 0]];
const stride2: readonly Phase[] = tapsByParity.flatMap((tapRows, row) =>
  tapsByParity.map((tapColumns, column) => ({ row, column, tapRows, tapColumns, start: 1 })),
);
