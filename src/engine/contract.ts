import type { Network, Weights } from './network.js';

/** What one optimiser step does. */
export interface StepOptions {
  /**
   * Learning rate of each convolution, then of the head: `layers.length + 1` numbers. A layer with rate 0 is
   * frozen; nothing is differentiated below the lowest layer with a positive rate.
   */
  rates: Float32Array;
  /** Nesterov momentum, 0 to 1. */
  momentum: number;
  /** L2 penalty of kernels (not biases), added to the gradient. */
  weightDecay: number;
  /** 0 to 1: share of the target spread evenly over all classes. */
  labelSmoothing: number;
  /** Gradients are scaled so that their global L2 norm is at most this; 0: no limit. */
  clipNorm: number;
}

/**
 * A network in an engine: trained and asked, one at a time, never concurrently. Pixels enter as uint8
 * [count, size, size, 3] and are scaled inside it, as the network says.
 */
export interface Model {
  readonly network: Network;
  /** Pooled features of all pooled layers, joined: [count, joinedWidth(network)]. */
  embed(pixels: Uint8Array, count: number): Float32Array;
  /** Logits, [count, classes]. */
  predict(pixels: Uint8Array, count: number): Float32Array;
  /** Sum of the cross-entropy (natural logarithm, no smoothing), and how many labels have the highest logit. */
  evaluate(pixels: Uint8Array, labels: Int32Array, count: number): { loss: number; hits: number };
  /** Forward, backward and one SGD step; returns the mean loss before the step. */
  trainStep(pixels: Uint8Array, labels: Int32Array, count: number, options: StepOptions): number;
  /** A copy of the parameters as they are now. */
  weights(): Weights;
  /** Puts parameters in place and forgets the momentum. */
  load(weights: Weights): void;
  dispose(): void;
}

/** Multinomial logistic regression on fixed features, for an optimiser that asks for losses and gradients. */
export interface LinearProblem {
  /**
   * `weights` is [width + 1, classes] row-major, the last row the bias. Loss: mean cross-entropy plus
   * penalty × sum of squares of all but the bias row. Gradient has the weights' shape.
   */
  lossAndGradient(weights: Float32Array, penalty: number): { loss: number; gradient: Float32Array };
  /** Scores of the rows of the given features, [rows, classes]. */
  scores(weights: Float32Array, features: Float32Array, rows: number): Float32Array;
  dispose(): void;
}

/** What an engine can do. The same calls give numbers that agree to 1e-4 on every engine, and to the bit on `wasm`. */
export interface Engine {
  readonly name: 'wasm' | 'tensorflow';
  /** For the receipt, for example `tfjs-node 4.22.0, TensorFlow 2.15.1`. */
  readonly version: string;
  /** `maxBatch`: the largest `count` that will be asked for. */
  model(network: Network, weights: Weights, maxBatch: number): Model;
  /** `features` is [rows, width] row-major; `labels` has `rows` entries below `classes`. */
  linear(
    features: Float32Array,
    rows: number,
    width: number,
    labels: Int32Array,
    classes: number,
  ): LinearProblem;
}
