import type { LinearProblem } from '../contract.js';
import { meanCrossEntropy, targets } from './loss.js';
import type { Operations, Tensor } from './operations.js';

/** Multinomial logistic regression: the features and the targets stay in TensorFlow's memory. */
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
    this.#targets = operations.hold(targets(labels, rows, classes, 0), [rows, classes]);
  }

  lossAndGradient(weights: Float32Array, penalty: number): { loss: number; gradient: Float32Array } {
    const operations = this.#operations;
    return operations.scoped(() => {
      const logits = this.#logits(this.#features, weights);
      const { loss, gradient } = meanCrossEntropy(operations, logits, this.#targets, this.#rows);
      const slopes = new Float32Array(weights.length);
      slopes.set(operations.download(operations.matMul(this.#features, gradient, { transposeA: true })));
      slopes.set(operations.download(operations.biasAddGrad(gradient)), this.#width * this.#classes);
      return {
        loss: loss + penalise(weights, slopes, penalty, this.#width * this.#classes),
        gradient: slopes,
      };
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

/** Adds the penalty's gradient to that of the first `end` weights and gives the penalty's value. */
function penalise(weights: Float32Array, gradient: Float32Array, penalty: number, end: number): number {
  let sum = 0;
  for (let index = 0; index < end; index++) {
    sum += weights[index] * weights[index];
    gradient[index] += 2 * penalty * weights[index];
  }
  return penalty * sum;
}
