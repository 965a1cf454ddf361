import { zerosBefore } from '../network.js';
import { firstWindow, maskFlags, outputFlags, type Method } from './layer.js';

/** 3x3 on each channel separately; reads the kernel [9, channels] without packing. */
export const depthwise: Method = {
  bytes: () => ({ weights: 0, panels: 0, products: 0, buffer: 0 }),

  pack() {
    // Reads the kernel as it is.
  },

  forward({ kernels }, _workspace, { layer, input, output, kernel, bias }, images) {
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

  kernelGradient({ kernels }, _workspace, { layer, input, outputGradient, kernel, bias }, images) {
    kernels.depthwiseKernelGradient(
      firstWindow(input, layer),
      input.image,
      input.row,
      layer.stride,
      outputGradient.inner,
      outputGradient.image,
      outputGradient.row,
      images,
      outputGradient.side,
      outputGradient.channels,
      kernel.gradient,
      bias.gradient,
    );
  },

  inputGradient({ kernels }, _workspace, { layer, kernel, outputGradient }, below, images) {
    const { output: mask, outputGradient: target } = below;
    const flags = maskFlags(kernels, below.layer);
    if (layer.stride === 1) {
      // A convolution with the taps in reverse order.
      kernels.depthwise(
        outputGradient.outer,
        outputGradient.image,
        outputGradient.row,
        1,
        images,
        target.side,
        target.channels,
        kernel.value + 8 * outputGradient.pixel,
        -outputGradient.pixel,
        target.inner,
        target.image,
        target.row,
        flags,
        0,
        mask.inner,
      );
      return;
    }
    // Without zeros before the image, the corner of the border acts as the middle of an extra window.
    const extra = 1 - zerosBefore(layer, target.side);
    const corner = extra * (target.row + target.pixel);
    kernels.depthwiseSpread(
      outputGradient.inner - extra * (outputGradient.row + outputGradient.pixel),
      outputGradient.image,
      outputGradient.row,
      images,
      outputGradient.side + extra,
      outputGradient.channels,
      kernel.value,
      target.inner - corner,
      target.image,
      target.row,
      flags,
      mask.inner - corner,
    );
  },
};
