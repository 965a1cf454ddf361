import { numbers } from '../../contract/case.js';
import { floats, type Written } from './written.js';

const STRIDED = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1];

/** How a library calls the modules of MobileNetV1: convolution and norm of each layer, from the pixels on. */
export const MODULES = {
  transformers: ['conv_stem', ...Array.from({ length: 26 }, (_, i) => `layer.${i}`)].map(
    (layer) => [`${layer}.convolution`, `${layer}.normalization`] as const,
  ),
  timm: [
    ['conv_stem', 'bn1'] as const,
    ...[1, 2, 2, 6, 2].flatMap((count, stage) =>
      Array.from({ length: count }, (_, pair) => `blocks.${stage}.${pair}`).flatMap((block) => [
        [`${block}.conv_dw`, `${block}.bn1`] as const,
        [`${block}.conv_pw`, `${block}.bn2`] as const,
      ]),
    ),
  ],
};

/** Tensors of a MobileNetV1 that is eight channels wide throughout, but for the last layer: sixteen. */
export function torchTensors(library: keyof typeof MODULES, prefix = ''): Record<string, Written> {
  const tensors: Record<string, Written> = {};
  const put = (name: string, shape: number[], map = (value: number) => value) => {
    const count = shape.reduce((product, side) => product * side, 1);
    const seed = Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 65_521, 3);
    tensors[prefix + name] = floats(shape, numbers(count, seed).map(map));
  };
  MODULES[library].forEach(([convolution, norm], index) => {
    const outputs = index === 26 ? 16 : 8;
    const kernel = index === 0 ? [outputs, 3, 3, 3] : index % 2 === 1 ? [8, 1, 3, 3] : [outputs, 8, 1, 1];
    put(`${convolution}.weight`, kernel);
    put(`${norm}.weight`, [outputs]);
    put(`${norm}.bias`, [outputs]);
    put(`${norm}.running_mean`, [outputs]);
    put(`${norm}.running_var`, [outputs], (value) => Math.abs(value) + 0.5);
    tensors[`${prefix}${norm}.num_batches_tracked`] = { dtype: 'I64', shape: [], bytes: new Uint8Array(8) };
  });
  tensors['classifier.weight'] = floats([2, 16], new Float32Array(32));
  return tensors;
}

/** Strides of all 27 layers. */
export const STRIDES = [2, ...STRIDED.flatMap((stride) => [stride, 1])];

export const CONFIGS = {
  transformers: { model_type: 'mobilenet_v1', depth_multiplier: 0.25, hidden_act: 'relu6' },
  timm: {
    architecture: 'mobilenetv1_100',
    pretrained_cfg: { mean: [0.5, 0.4, 0.3], std: [0.25, 0.5, 0.5] },
  },
};
