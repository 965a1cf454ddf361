import type { ConvLayer } from '../../engine/network.js';

/** A convolution of the model with the normalisation and the activation after it: what one layer of ours computes. */
export interface Stage {
  /** The convolution's name in the model. */
  name: string;
  className: string;
  kind: NonNullable<ConvLayer['kind']>;
  stride: 1 | 2;
  padding: NonNullable<ConvLayer['padding']>;
  activation: NonNullable<ConvLayer['activation']>;
  hasBias: boolean;
  norm: BatchNorm | null;
  /** null: whatever the kernel has. */
  outputs: number | null;
}

/** (x − mean) / √(variance + epsilon) × gamma + beta, by channel. */
export interface BatchNorm {
  name: string;
  epsilon: number;
  /** Without it gamma is 1. */
  scale: boolean;
  /** Without it beta is 0. */
  center: boolean;
}
