import type { Network, Weights } from './network.js';

/** Settings of one optimizer step. */
export interface StepOptions {
  /**
   * Learning rates of the convolutions and the head, `layers.length + 1` numbers. A layer with rate 0 is
   * frozen; no gradients are computed below the lowest layer with a positive rate.
   */
  learningRates: Float32Array;
  /** Nesterov momentum, 0 to 1. */
  momentum: number;
  /** L2 penalty of kernels, not of biases; added to the gradient. */
  weightDecay: number;
  /** Share of the target that is spread evenly over all classes, 0 to 1. */
  labelSmoothing: number;
  /** Maximum global L2 norm of the gradients; 0: no limit. */
  clipNorm: number;
}

/** A network in an engine. Pixels are uint8 [count, size, size, 3]; the model scales them. */
export interface Model {
  readonly network: Network;
  /** Concatenated features of all pooled layers, [count, concatenatedWidth(network)]. */
  embed(pixels: Uint8Array, count: number): Float32Array;
  /** Logits, [count, classes]. */
  predict(pixels: Uint8Array, count: number): Float32Array;
  /** Sum of the cross-entropy (natural logarithm, no smoothing), and the number of correct predictions. */
  evaluate(pixels: Uint8Array, labels: Int32Array, count: number): { loss: number; correctCount: number };
  /** Forward pass, backward pass and one SGD step; returns the mean loss before the step. */
  trainStep(pixels: Uint8Array, labels: Int32Array, count: number, options: StepOptions): number;
  /** A copy of the current parameters. */
  weights(): Weights;
  /** Sets the parameters and resets the momentum. */
  load(weights: Weights): void;
  dispose(): void;
}

/** Multinomial logistic regression on fixed features, as an objective for an optimizer. */
export interface LinearProblem {
  /**
   * `weights` is [width + 1, classes], row-major; the last row is the bias. The loss is the mean
   * cross-entropy plus `l2` × the sum of squares of all rows but the bias. The gradient has the shape of the
   * weights.
   */
  lossAndGradient(weights: Float32Array, l2: number): { loss: number; gradient: Float32Array };
  /** Scores for other features, [rows, classes]. */
  scores(weights: Float32Array, features: Float32Array, rows: number): Float32Array;
  dispose(): void;
}

/** A compute engine. Engines agree to 1e-4; `wasm` gives the same bits everywhere. */
export interface Engine {
  readonly name: 'wasm' | 'tensorflow';
  /** For the receipt, for example `tfjs-node 4.22.0, TensorFlow 2.15.1`. */
  readonly version: string;
  /** `maxBatch` is the largest `count` that the model has to support. */
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
