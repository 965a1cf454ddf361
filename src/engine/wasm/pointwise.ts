import { maskFlags, outputFlags, type Method } from './layer.js';

/** 1x1: the matrix product of the pixels and the kernel [inputs, outputs]. */
export const pointwise: Method = {
  bytes: (kernels, inputs, outputs) => ({
    weights: 4 * inputs * outputs,
    panels: 4 * inputs * outputs,
    products: 0,
    buffer: kernels.directWorkspace(outputs),
  }),

  pack({ kernels }, _workspace, { kernel, weights, input, output }) {
    kernels.pack(kernel.value, input.channels, output.channels, weights);
  },

  forward({ kernels }, { buffer }, { layer, input, output, weights, bias }, images) {
    kernels.convolve(
      input.inner,
      input.image,
      layer.stride * input.row,
      layer.stride * input.pixel,
      1,
      input.channels,
      0,
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
      input.inner,
      input.image,
      layer.stride * input.row,
      layer.stride * input.pixel,
      1,
      input.channels,
      0,
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
    // At stride 2 only every other pixel gets a gradient; the others still hold that of the last step.
    if (layer.stride === 2) arena.bytes(target.outer, images * target.image).fill(0);
    const panelBytes = 32 * outputGradient.channels;
    kernels.packTransposed(kernel.value, target.channels, outputGradient.channels, panels, panelBytes);
    kernels.convolve(
      outputGradient.inner,
      outputGradient.image,
      outputGradient.row,
      outputGradient.pixel,
      1,
      outputGradient.channels,
      0,
      images,
      outputGradient.side,
      outputGradient.side,
      panels,
      target.inner,
      target.image,
      layer.stride * target.row,
      layer.stride * target.pixel,
      target.channels,
      maskFlags(kernels, below.layer),
      0,
      mask.inner,
      buffer,
    );
  },
};
