import type { ChainLayer } from './chain.js';
import { quote, refuseLayer } from './refuse.js';
import { settingsOf, type Settings } from './settings.js';
import type { Stage } from './stage.js';

/** Zeros that a ZeroPadding2D layer puts about the input of the convolution after it. */
export type Zeros = 'around' | 'after';

/** What came before a convolution. */
export interface Before {
  /** Of a padding layer that it follows. */
  zeros: Zeros | null;
  /** How many layers of stride 2. */
  halvings: number;
}

/** A convolution by itself, and the activation that it has built in; `linear`: none. */
export interface Convolution extends Omit<Stage, 'activation' | 'norm'> {
  activation: string;
}

/** Halvings of the image at which its side is still even, whatever the multiple of 32 it began with. */
const EVEN_HALVINGS = 4;

/**
 * A Conv2D or DepthwiseConv2D as our engines compute it.
 * @throws InputError when no layer of ours computes the same.
 */
export function convolutionOf(layer: ChainLayer, before: Before, file: string): Convolution {
  const settings = settingsOf(layer, file);
  const kind = kindOf(layer, settings, file);
  const stride = settings.square('strides', 1);
  if ((stride !== 1 && stride !== 2) || (kind === 'pointwise' && stride === 2)) {
    throw refuseLayer(file, layer, `has stride ${stride}; strides are 1, or 2 of a 3x3 kernel.`);
  }
  const padding = settings.text('padding', 'valid');
  return {
    name: layer.name,
    className: layer.className,
    kind,
    stride,
    padding:
      kind === 'pointwise' ? unpadded(layer, before, file) : paddingOf(layer, padding, stride, before, file),
    activation: settings.text('activation', 'linear'),
    hasBias: settings.flag('use_bias', true),
    outputs: kind === 'depthwise' ? null : settings.number('filters'),
  };
}

function kindOf(layer: ChainLayer, settings: Settings, file: string): Stage['kind'] {
  if (settings.text('data_format', 'channels_last') !== 'channels_last') {
    throw refuseLayer(
      file,
      layer,
      'is "channels_first".',
      'Save the model with the data format channels_last.',
    );
  }
  for (const [key, what] of [
    ['dilation_rate', 'a dilated kernel'],
    ['depth_multiplier', 'several outputs for each channel'],
    ['groups', 'groups of channels'],
  ] as const) {
    if (settings.square(key, 1) !== 1) throw refuseLayer(file, layer, `has ${what} ("${key}" is not 1).`);
  }
  const side = settings.square('kernel_size', 3);
  const depthwise = layer.className === 'DepthwiseConv2D';
  if (side === 3) return depthwise ? 'depthwise' : 'plain';
  if (side === 1 && !depthwise) return 'pointwise';
  const read = depthwise ? '3x3 is' : '3x3 and 1x1 are';
  throw refuseLayer(file, layer, `has a kernel of ${side}x${side} pixels; only ${read} read.`);
}

/** Where a 1x1 kernel is, padding means nothing. */
function unpadded(layer: ChainLayer, { zeros }: Before, file: string): Stage['padding'] {
  if (zeros === null) return 'same';
  throw refuseLayer(file, layer, 'is 1x1 and has zeros put about its input.');
}

function paddingOf(
  layer: ChainLayer,
  own: string,
  stride: 1 | 2,
  { zeros, halvings }: Before,
  file: string,
): Stage['padding'] {
  if (own === 'same' && zeros === null) return 'same';
  if (own === 'valid' && zeros === 'around') return 'around';
  if (own === 'valid' && zeros === 'after' && stride === 2) {
    if (halvings <= EVEN_HALVINGS) return 'same';
    // Keras' way then has one output less than TensorFlow's `same`.
    throw refuseLayer(
      file,
      layer,
      'has zeros only below and on the right of an image whose side may be odd.',
    );
  }
  const held = { around: 'after zeros all around', after: 'after zeros below and on the right' };
  throw refuseLayer(
    file,
    layer,
    `has the padding ${quote(own)} at stride ${stride} ${zeros === null ? 'without zeros before it' : held[zeros]}; ` +
      'read are "same", and "valid" after ZeroPadding2D by [[1,1],[1,1]] or, at stride 2, [[0,1],[0,1]].',
  );
}
