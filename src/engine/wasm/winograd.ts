import { maskFlags, outputFlags } from './activation.js';
import type { Method } from './convolution.js';

/** Stride 1 by Winograd's F(4x4, 3x3): a quarter of the multiplications, for transforms before and after. */
export const winograd: Method = {
  bytes: (kernels, inputs, outputs) => {
    const products = 36 * kernels.weightStride(inputs, outputs);
    return {
      weights: products,
      panels: 36 * inputs * outputs,
      products,
      workspace: kernels.winogradWorkspace(inputs, outputs),
    };
  },

  pack({ kernels }, { panels, workspace }, { kernel, weights, input, output }) {
    kernels.pack(kernel.value, 9 * input.channels, output.channels, panels);
    kernels.transformWeights(panels, input.channels, output.channels, weights, workspace);
  },

  forward({ kernels }, { workspace }, { layer, input, output, weights, bias }, images) {
    kernels.winogradConvolve(
      input.outer,
      input.image,
      input.row,
      input.channels,
      images,
      output.side,
      weights,
      output.inner,
      output.image,
      output.row,
      output.channels,
      outputFlags(kernels, layer),
      bias.value,
      0,
      workspace,
    );
  },

  kernelGradient({ kernels }, { products, workspace }, { input, slopes, kernel, bias }, images) {
    kernels.winogradKernelGradient(
      input.outer,
      input.image,
      input.row,
      input.channels,
      slopes.inner,
      slopes.image,
      slopes.row,
      images,
      slopes.side,
      slopes.channels,
      kernel.gradient,
      bias.gradient,
      products,
      workspace,
    );
  },

  inputGradient({ kernels }, { panels, products, workspace }, { kernel, slopes }, below, images) {
    const { output: mask, slopes: target, layer } = below;
    const tapBytes = 32 * slopes.channels;
    for (let tap = 0; tap < 9; tap++) {
      kernels.packTransposed(
        kernel.value + 4 * (8 - tap) * target.channels * slopes.channels,
        target.channels,
        slopes.channels,
        panels + tap * tapBytes,
        9 * tapBytes,
      );
    }
    kernels.transformWeights(panels, slopes.channels, target.channels, products, workspace);
    kernels.winogradConvolve(
      slopes.outer,
      slopes.image,
      slopes.row,
      slopes.channels,
      images,
      target.side,
      products,
      target.inner,
      target.image,
      target.row,
      target.channels,
      maskFlags(kernels, layer),
      0,
      mask.inner,
      workspace,
    );
  },
};
