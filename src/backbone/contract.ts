import { createHash } from 'node:crypto';
import type { ConvLayer, Network, PixelScaling, Weights } from '../engine/network.js';

/** Side lengths of the input in pixels: multiples of `step` from `min` to `max`. */
export interface InputSizes {
  min: number;
  max: number;
  step: number;
}

/** A pretrained network without a head. Plain data, so that it can be sent to another process. */
export interface PretrainedNetwork {
  name: string;
  /** Of the weights as shipped: all files concatenated in the order in which they are listed. */
  sha256: string;
  /** Description of the data that it was pretrained on. */
  data: string;
  /** License of the weights; null: unknown. */
  licence: string | null;
  sizes: InputSizes;
  /** From the image to the features. */
  layers: ConvLayer[];
  /** Without it: the default of the engines. */
  pixels?: PixelScaling;
  /** Of the convolutions, by the names of the layers. */
  weights: Weights;
}

/** A pretrained network to which a head can be added. */
export interface Backbone extends PretrainedNetwork {
  /** Number of blocks that can be frozen, starting at the image. */
  blocks: number;
  /** The same architecture for an input of `size` pixels and a head of `classes`. */
  network(size: number, classes: number): Network;
}

export function backboneOf(pretrained: PretrainedNetwork): Backbone {
  const { name, layers, pixels } = pretrained;
  return {
    ...pretrained,
    blocks: Math.max(...layers.map(({ block }) => block)) + 1,
    network: (size, classes) => ({
      name,
      size,
      ...(pixels === undefined ? {} : { pixels }),
      layers,
      classes,
    }),
  };
}

/** The part of a backbone that can be sent to another process. */
export function pretrainedOf(backbone: Backbone): PretrainedNetwork {
  const { name, sha256, data, licence, sizes, layers, pixels, weights } = backbone;
  return { name, sha256, data, licence, sizes, layers, ...(pixels === undefined ? {} : { pixels }), weights };
}

/** The scaling of networks that were trained on (value / 255 − mean) / std. */
export function scalingOf(mean: readonly number[], std: readonly number[]): PixelScaling {
  const perChannel = (value: (channel: number) => number): [number, number, number] => [
    value(0),
    value(1),
    value(2),
  ];
  return {
    scale: perChannel((channel) => 1 / (255 * std[channel])),
    shift: perChannel((channel) => -mean[channel] / std[channel]),
  };
}

/** Hash of everything that determines the features: the same weights may be used with other layers or scaling. */
export function identityOf({ sha256, layers, pixels }: PretrainedNetwork): string {
  return createHash('sha256')
    .update(JSON.stringify([sha256, layers, pixels]))
    .digest('hex');
}
