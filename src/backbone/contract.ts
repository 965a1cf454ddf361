import { createHash } from 'node:crypto';
import type { ConvLayer, Network, PixelScaling, Weights } from '../engine/network.js';

/** A pre-trained network as it can be sent and kept: layers and numbers, no head. */
export interface PretrainedNetwork {
  name: string;
  /** Of the weights as they are shipped: all files joined in the order in which they are listed. */
  sha256: string;
  /** What it was pre-trained on. */
  data: string;
  /** Terms of the weights; null: unknown. */
  licence: string | null;
  /** Sides of the input in pixels that it takes: multiples of `step` from `least` to `most`. */
  sizes: { least: number; most: number; step: number };
  /** Nearest the pixels first. */
  layers: ConvLayer[];
  /** Without it: the engines' default. */
  pixels?: PixelScaling;
  /** Of the convolutions, by the names of the layers. */
  weights: Weights;
}

/** A pre-trained network, ready to be given a head. */
export interface Backbone extends PretrainedNetwork {
  /** Number of blocks that can be frozen, nearest the pixels first. */
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

/** What of a backbone can be sent to another process. */
export function pretrainedOf(backbone: Backbone): PretrainedNetwork {
  const { name, sha256, data, licence, sizes, layers, pixels, weights } = backbone;
  return { name, sha256, data, licence, sizes, layers, ...(pixels === undefined ? {} : { pixels }), weights };
}

/** Digest of everything that its features depend on: the same weights may be laid out or fed otherwise. */
export function identityOf({ sha256, layers, pixels }: PretrainedNetwork): string {
  return createHash('sha256')
    .update(JSON.stringify([sha256, layers, pixels]))
    .digest('hex');
}
