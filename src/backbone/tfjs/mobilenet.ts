import type { Stage } from './stage.js';

/** Stride of each depthwise convolution of MobileNetV1 (Howard et al. 2017, table 1). */
const STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1] as const;

/**
 * MobileNetV1 as Keras' applications name its layers, for models that come without a topology. The widths are those
 * of the kernels, so it is the same for every width multiplier.
 */
export function mobilenetStages(): Stage[] {
  return [
    stage('conv1', 'plain', 2),
    ...STRIDES.flatMap((stride, index) => [
      stage(`conv_dw_${index + 1}`, 'depthwise', stride),
      stage(`conv_pw_${index + 1}`, 'pointwise', 1),
    ]),
  ];
}

function stage(name: string, kind: Stage['kind'], stride: 1 | 2): Stage {
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
