import type { ConvLayer } from '../../engine/network.js';

/** A convolution with the batch norm and the activation after it: one layer of our networks. */
export interface ConvNormActivation {
  /** The convolution's name in the model. */
  name: string;
  className: string;
  kind: NonNullable<ConvLayer['kind']>;
  stride: 1 | 2;
  padding: NonNullable<ConvLayer['padding']>;
  activation: NonNullable<ConvLayer['activation']>;
  hasBias: boolean;
  norm: BatchNorm | null;
  /** null: as many as the kernel has. */
  outputs: number | null;
}

/** (x − mean) / √(variance + epsilon) × gamma + beta, by channel. */
export interface BatchNorm {
  name: string;
  epsilon: number;
  /** Whether it has a gamma; otherwise gamma is 1. */
  scale: boolean;
  /** Whether it has a beta; otherwise beta is 0. */
  center: boolean;
}

/** Stride of each depthwise convolution of MobileNetV1 (Howard et al. 2017, table 1). */
const STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1] as const;

/**
 * MobileNetV1 with the layer names of Keras Applications, for models without a topology. The kernels determine the
 * widths, so this serves every width multiplier.
 */
export function mobileNetV1(): ConvNormActivation[] {
  return [
    mobileNetLayer('conv1', 'plain', 2),
    ...STRIDES.flatMap((stride, index) => [
      mobileNetLayer(`conv_dw_${index + 1}`, 'depthwise', stride),
      mobileNetLayer(`conv_pw_${index + 1}`, 'pointwise', 1),
    ]),
  ];
}

function mobileNetLayer(name: string, kind: ConvNormActivation['kind'], stride: 1 | 2): ConvNormActivation {
  return {
    name,
    className: kind === 'depthwise' ? 'DepthwiseConv2D' : 'Conv2D',
    kind,
    stride,
    padding: 'same',
    activation: 'relu6',
    hasBias: false,
    norm: { name: `${name}_bn`, epsilon: 1e-3, scale: true, center: true },
    outputs: null,
  };
}
