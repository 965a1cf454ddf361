import { maskFlags, outputFlags, type Method } from './layer.js';

/** 3x3 at stride 1 with Winograd's F(4x4, 3x3): a quarter of the multiplications, plus transforms. */
export const winograd: Method = {
  bytes: (kernels, inputs, outputs) => {
    const products = 36 * kernels.weightStride(inputs, outputs);
    return {
      weights: products,
      panels: 36 * inputs * outputs,
      products,
      buffer: kernels.winogradWorkspace(inputs, outputs),
    };
  },

  pack({ kernels }, { panels, buffer }, { kernel, weights, input, output }) {
    kernels.pack(kernel.value, 9 * input.channels, output.channels, panels);
    kernels.transformWeights(panels, input.channels, output.channels, weights, buffer);
  },

  forward({ kernels }, { buffer }, { layer, input, output, weights, bias }, images) {
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
      buffer,
    );
  },

  kernelGradient({ kernels }, { products, buffer }, { input, outputGradient, kernel, bias }, images) {
    kernels.winogradKernelGradient(
      input.outer,
      input.image,
      input.row,
      input.channels,
      outputGradient.inner,
      outputGradient.image,
      outputGradient.row,
      images,
      outputGradient.side,
      outputGradient.channels,
      kernel.gradient,
      bias.gradient,
      products,
      buffer,
    );
  },

  inputGradient({ kernels }, { panels, products, buffer }, { kernel, outputGradient }, below, images) {
    const { output: mask, outputGradient: target, layer } = below;
    const tapBytes = 32 * outputGradient.channels;
    for (let tap = 0; tap < 9; tap++) {
      kernels.packTransposed(
        kernel.value + 4 * (8 - tap) * target.channels * outputGradient.channels,
        target.channels,
        outputGradient.channels,
        panels + tap * tapBytes,
        9 * tapBytes,
      );
    }
    kernels.transformWeights(panels, outputGradient.channels, target.channels, products, buffer);
    kernels.winogradConvolve(
      outputGradient.outer,
      outputGradient.image,
      outputGradient.row,
      outputGradient.channels,
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
      buffer,
    );
  },
};
