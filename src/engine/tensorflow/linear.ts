import type { LinearProblem } from '../contract.js';
import { meanCrossEntropy, smoothedTargets, type Operations, type Tensor } from './operations.js';

/** Multinomial logistic regression; features and targets stay in TensorFlow's memory. */
export class TensorflowLinearProblem implements LinearProblem {
  readonly #operations: Operations;
  readonly #rows: number;
  readonly #width: number;
  readonly #classes: number;
  readonly #features: Tensor;
  readonly #targets: Tensor;

  constructor(
    operations: Operations,
    features: Float32Array,
    rows: number,
    width: number,
    labels: Int32Array,
    classes: number,
  ) {
    this.#operations = operations;
    this.#rows = rows;
    this.#width = width;
    this.#classes = classes;
    this.#features = operations.hold(features.slice(0, rows * width), [rows, width]);
    this.#targets = operations.hold(smoothedTargets(labels, rows, classes, 0), [rows, classes]);
  }

  lossAndGradient(weights: Float32Array, l2: number): { loss: number; gradient: Float32Array } {
    const operations = this.#operations;
    return operations.scoped(() => {
      const logits = this.#logits(this.#features, weights);
      const result = meanCrossEntropy(operations, logits, this.#targets, this.#rows);
      const kernelGradient = operations.matMul(this.#features, result.gradient, { transposeA: true });
      const biasStart = this.#width * this.#classes;
      const gradient = new Float32Array(weights.length);
      gradient.set(operations.download(kernelGradient));
      gradient.set(operations.download(operations.biasAddGrad(result.gradient)), biasStart);
      const loss = result.loss + addPenalty(weights, gradient, l2, biasStart);
      return { loss, gradient };
    });
  }

  scores(weights: Float32Array, features: Float32Array, rows: number): Float32Array {
    return this.#operations.scoped(() => {
      const input = this.#operations.upload(features.slice(0, rows * this.#width), [rows, this.#width]);
      return this.#operations.download(this.#logits(input, weights));
    });
  }

  dispose(): void {
    this.#operations.free(this.#features);
    this.#operations.free(this.#targets);
  }

  #logits(features: Tensor, weights: Float32Array): Tensor {
    const end = this.#width * this.#classes;
    const kernel = this.#operations.upload(weights.slice(0, end), [this.#width, this.#classes]);
    const bias = this.#operations.upload(weights.slice(end), [this.#classes]);
    return this.#operations.biasAdd(this.#operations.matMul(features, kernel), bias);
  }
}

/** Returns the L2 penalty of the first `end` weights and adds its gradient. */
function addPenalty(weights: Float32Array, gradient: Float32Array, l2: number, end: number): number {
  let sum = 0;
  for (let index = 0; index < end; index++) {
    sum += weights[index] * weights[index];
    gradient[index] += 2 * l2 * weights[index];
  }
  return l2 * sum;
}
