import { maskFlags, outputFlags } from './activation.js';
import type { Method } from './convolution.js';

/** 1x1: a matrix product of pixels and the kernel [inputs, outputs]. */
export const pointwise: Method = {
  bytes: (kernels, inputs, outputs) => ({
    weights: 4 * inputs * outputs,
    panels: 4 * inputs * outputs,
    products: 0,
    workspace: kernels.directWorkspace(outputs),
  }),

  pack({ kernels }, _scratch, { kernel, weights, input, output }) {
    kernels.pack(kernel.value, input.channels, output.channels, weights);
  },

  forward({ kernels }, { workspace }, { layer, input, output, weights, bias }, images) {
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
      workspace,
    );
  },

  kernelGradient({ kernels }, { workspace }, { layer, input, slopes, kernel, bias }, images) {
    kernels.kernelGradient(
      input.inner,
      input.image,
      layer.stride * input.row,
      layer.stride * input.pixel,
      1,
      input.channels,
      0,
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

  inputGradient(arena, { panels, workspace }, { layer, kernel, slopes }, below, images) {
    const { kernels } = arena;
    const { output: mask, slopes: target } = below;
    // At stride 2 only every other pixel was read; what the others got in the step before must go.
    if (layer.stride === 2) arena.bytes(target.outer, images * target.image).fill(0);
    const panelBytes = 32 * slopes.channels;
    kernels.packTransposed(kernel.value, target.channels, slopes.channels, panels, panelBytes);
    kernels.convolve(
      slopes.inner,
      slopes.image,
      slopes.row,
      slopes.pixel,
      1,
      slopes.channels,
      0,
      images,
      slopes.side,
      slopes.side,
      panels,
      target.inner,
      target.image,
      layer.stride * target.row,
      layer.stride * target.pixel,
      target.channels,
      maskFlags(kernels, below.layer),
      0,
      mask.inner,
      workspace,
    );
  },
};
