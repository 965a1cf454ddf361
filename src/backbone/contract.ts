import type { Network, Weights } from '../engine/network.js';

/** A pre-trained network with weights and blocks, ready to be given a head. */
export interface Backbone {
  name: string;
  /** Of the weights as they are shipped: all files joined in the order in which they are listed. */
  sha256: string;
  /** What it was pre-trained on. */
  data: string;
  /** Terms of the weights; null: unknown. */
  licence: string | null;
  /** Sides of the input in pixels that it takes: multiples of `step` from `least` to `most`. */
  sizes: { least: number; most: number; step: number };
  /** Number of blocks that can be frozen, nearest the pixels first. */
  blocks: number;
  /** Convolutions only, by the names of the network's layers; the head belongs to the target. */
  weights: Weights;
  /** The same architecture for an input of `size` pixels and a head of `classes`. */
  network(size: number, classes: number): Network;
}
