import { zerosBefore } from '../network.js';
import { maskFlags, outputFlags } from './activation.js';
import { firstWindow } from './bordered.js';
import type { Method } from './convolution.js';

/** 3x3 on each channel by itself: the kernel is read as it stands, [9, channels]. */
export const depthwise: Method = {
  bytes: () => ({ weights: 0, panels: 0, products: 0, workspace: 0 }),

  pack() {
    // Nothing is packed.
  },

  forward({ kernels }, _scratch, { layer, input, output, kernel, bias }, images) {
    kernels.depthwise(
      firstWindow(input, layer),
      input.image,
      input.row,
      layer.stride,
      images,
      output.side,
      output.channels,
      kernel.value,
      output.pixel,
      output.inner,
      output.image,
      output.row,
      outputFlags(kernels, layer),
      bias.value,
      0,
    );
  },

  kernelGradient({ kernels }, _scratch, { layer, input, slopes, kernel, bias }, images) {
    kernels.depthwiseKernelGradient(
      firstWindow(input, layer),
      input.image,
      input.row,
      layer.stride,
      slopes.inner,
      slopes.image,
      slopes.row,
      images,
      slopes.side,
      slopes.channels,
      kernel.gradient,
      bias.gradient,
    );
  },

  inputGradient({ kernels }, _scratch, { layer, kernel, slopes }, below, images) {
    const { output: mask, slopes: target } = below;
    const flags = maskFlags(kernels, below.layer);
    if (layer.stride === 1) {
      // The taps from the last to the first.
      kernels.depthwise(
        slopes.outer,
        slopes.image,
        slopes.row,
        1,
        images,
        target.side,
        target.channels,
        kernel.value + 8 * slopes.pixel,
        -slopes.pixel,
        target.inner,
        target.image,
        target.row,
        flags,
        0,
        mask.inner,
      );
      return;
    }
    // Without zeros before the image, the border's pixel at its corner is the middle of a window that does not exist.
    const missing = 1 - zerosBefore(layer, target.side);
    const corner = missing * (target.row + target.pixel);
    kernels.depthwiseSpread(
      slopes.inner - missing * (slopes.row + slopes.pixel),
      slopes.image,
      slopes.row,
      images,
      slopes.side + missing,
      slopes.channels,
      kernel.value,
      target.inner - corner,
      target.image,
      target.row,
      flags,
      mask.inner - corner,
    );
  },
};
