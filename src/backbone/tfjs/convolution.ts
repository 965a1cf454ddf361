import { layerError, quoteName } from '../errors.js';
import { type ChainLayer, type LayerSettings, settingsOf } from './chain.js';
import type { ConvNormActivation } from './conv-norm-activation.js';

/** Where a ZeroPadding2D layer adds zeros: on all sides, or only below and on the right. */
export type ZeroPadding = 'around' | 'after';

/** What precedes a convolution. */
export interface Predecessors {
  /** Of a ZeroPadding2D layer directly before it. */
  zeroPadding: ZeroPadding | null;
  /** Number of layers with stride 2. */
  halvings: number;
}

/** A convolution with its built-in activation, or `linear`. */
export interface Convolution extends Omit<ConvNormActivation, 'activation' | 'norm'> {
  activation: string;
}

/** Number of halvings after which a multiple of 32 is certainly still even. */
const EVEN_HALVINGS = 4;

/**
 * Reads a Conv2D or DepthwiseConv2D.
 * @throws InputError when the engines do not support it.
 */
export function readConvolution(layer: ChainLayer, predecessors: Predecessors, file: string): Convolution {
  const settings = settingsOf(layer, file);
  const kind = kindOf(layer, settings, file);
  const stride = settings.square('strides', 1);
  if ((stride !== 1 && stride !== 2) || (kind === 'pointwise' && stride === 2)) {
    throw layerError(file, layer, `has stride ${stride}; only 1, and 2 for 3x3 kernels, are supported.`);
  }
  const padding = settings.text('padding', 'valid');
  return {
    name: layer.name,
    className: layer.className,
    kind,
    stride,
    padding:
      kind === 'pointwise'
        ? pointwisePadding(layer, predecessors, file)
        : paddingOf(layer, padding, stride, predecessors, file),
    activation: settings.text('activation', 'linear'),
    hasBias: settings.flag('use_bias', true),
    outputs: kind === 'depthwise' ? null : settings.number('filters'),
  };
}

function kindOf(layer: ChainLayer, settings: LayerSettings, file: string): ConvNormActivation['kind'] {
  if (settings.text('data_format', 'channels_last') !== 'channels_last') {
    throw layerError(
      file,
      layer,
      'is "channels_first".',
      'Save the model with the data format channels_last.',
    );
  }
  for (const key of ['dilation_rate', 'depth_multiplier', 'groups']) {
    if (settings.square(key, 1) !== 1) {
      throw layerError(file, layer, `has a "${key}" other than 1, which is not supported.`);
    }
  }
  const side = settings.square('kernel_size', 3);
  const isDepthwise = layer.className === 'DepthwiseConv2D';
  if (side === 3) return isDepthwise ? 'depthwise' : 'plain';
  if (side === 1 && !isDepthwise) return 'pointwise';
  const supported = isDepthwise ? '3x3 is' : '3x3 and 1x1 are';
  throw layerError(file, layer, `has a ${side}x${side} kernel; only ${supported} supported.`);
}

/** Padding has no effect on a 1x1 kernel. */
function pointwisePadding(
  layer: ChainLayer,
  { zeroPadding }: Predecessors,
  file: string,
): ConvNormActivation['padding'] {
  if (zeroPadding === null) return 'same';
  throw layerError(file, layer, 'has a 1x1 kernel after a ZeroPadding2D, which is not supported.');
}

function paddingOf(
  layer: ChainLayer,
  padding: string,
  stride: 1 | 2,
  { zeroPadding, halvings }: Predecessors,
  file: string,
): ConvNormActivation['padding'] {
  if (padding === 'same' && zeroPadding === null) return 'same';
  if (padding === 'valid' && zeroPadding === 'around') return 'around';
  if (padding === 'valid' && zeroPadding === 'after' && stride === 2) {
    if (halvings <= EVEN_HALVINGS) return 'same';
    // On an odd side Keras then computes one output less than TensorFlow's `same`.
    throw layerError(file, layer, 'pads only below and on the right of an image whose side may be odd.');
  }
  const preceding = { around: '[[1,1],[1,1]]', after: '[[0,1],[0,1]]' };
  const after = zeroPadding === null ? '' : ` after ZeroPadding2D by ${preceding[zeroPadding]}`;
  throw layerError(
    file,
    layer,
    `has the padding ${quoteName(padding)} at stride ${stride}${after}; supported are "same", ` +
      'and "valid" after ZeroPadding2D by [[1,1],[1,1]] or, at stride 2, by [[0,1],[0,1]].',
  );
}
