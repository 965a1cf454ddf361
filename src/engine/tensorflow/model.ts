import type { Model, StepOptions } from '../contract.js';
import { countCorrect } from '../argmax.js';
import {
  DEFAULT_PIXELS,
  featureWidth,
  concatenatedWidth,
  outputSides,
  type Network,
  type Weights,
} from '../network.js';
import { Convolution } from './convolution.js';
import { meanCrossEntropy, smoothedTargets, type Operations, type Tensor } from './operations.js';
import { Parameters, type Part } from './parameters.js';

/** A network on TensorFlow: the forward and backward pass, operation by operation. */
export class TensorflowModel implements Model {
  readonly network: Network;
  readonly #operations: Operations;
  /** Sides of the input and of each layer's output, in pixels. */
  readonly #sides: number[];
  readonly #convolutions: Convolution[];
  readonly #parameters: Parameters;
  /** For each channel, the input value of each of the 256 levels. */
  readonly #levels: Float32Array[];

  constructor(operations: Operations, network: Network, weights: Weights) {
    this.network = network;
    this.#operations = operations;
    this.#sides = [network.size, ...outputSides(network)];
    this.#convolutions = network.layers.map(
      (layer, index) => new Convolution(operations, layer, this.#sides[index]),
    );
    this.#parameters = new Parameters(operations, network, weights);
    const { scale, shift } = network.pixels ?? DEFAULT_PIXELS;
    this.#levels = scale.map((factor, channel) =>
      Float32Array.from({ length: 256 }, (_, value) => value * factor + shift[channel]),
    );
  }

  embed(pixels: Uint8Array, count: number): Float32Array {
    const operations = this.#operations;
    const width = concatenatedWidth(this.network);
    const features = new Float32Array(count * width);
    operations.scoped(() => {
      let input = this.#input(pixels, count);
      let offset = 0;
      this.network.layers.forEach(({ outputs, pooled = true }, layer) => {
        const output = this.#convolve(input, layer);
        operations.free(input);
        input = output;
        if (!pooled) return;
        const means = operations.download(operations.globalAveragePool(output));
        for (let row = 0; row < count; row++) {
          features.set(means.subarray(row * outputs, (row + 1) * outputs), row * width + offset);
        }
        offset += outputs;
      });
    });
    return features;
  }

  predict(pixels: Uint8Array, count: number): Float32Array {
    const operations = this.#operations;
    return operations.scoped(() => operations.download(this.#logits(pixels, count)));
  }

  evaluate(pixels: Uint8Array, labels: Int32Array, count: number): { loss: number; correctCount: number } {
    const operations = this.#operations;
    const { classes } = this.network;
    return operations.scoped(() => {
      const logits = this.#logits(pixels, count);
      const targets = operations.upload(smoothedTargets(labels, count, classes, 0), [count, classes]);
      const { loss } = meanCrossEntropy(operations, logits, targets, count);
      return {
        loss: loss * count,
        correctCount: countCorrect(operations.download(logits), labels.subarray(0, count), classes),
      };
    });
  }

  trainStep(pixels: Uint8Array, labels: Int32Array, count: number, options: StepOptions): number {
    const loss = this.#operations.scoped(() => this.#backward(pixels, labels, count, options));
    this.#parameters.step(options);
    return loss;
  }

  weights(): Weights {
    return this.#parameters.weights();
  }

  load(weights: Weights): void {
    this.#parameters.load(weights);
  }

  dispose(): void {
    this.#parameters.dispose();
  }

  #logits(pixels: Uint8Array, count: number): Tensor {
    const operations = this.#operations;
    const last = this.network.layers.reduce(
      (input, _, layer) => {
        const output = this.#convolve(input, layer);
        operations.free(input);
        return output;
      },
      this.#input(pixels, count),
    );
    return this.#classify(operations.globalAveragePool(last));
  }

  /** Stores the gradients with the parameters and returns the mean loss. */
  #backward(
    pixels: Uint8Array,
    labels: Int32Array,
    count: number,
    { learningRates, labelSmoothing }: StepOptions,
  ): number {
    const operations = this.#operations;
    const { layers, classes } = this.network;
    const head = layers.length;
    const lowest = learningRates.findIndex((rate) => rate > 0);
    const setGradient = (layer: number, part: Part, gradient: Tensor) =>
      this.#parameters.setGradient(layer, part, operations.download(gradient));

    const activations = this.#activations(pixels, count);
    const features = operations.globalAveragePool(activations[head]);
    const targets = operations.upload(smoothedTargets(labels, count, classes, labelSmoothing), [
      count,
      classes,
    ]);
    const logits = this.#classify(features);
    const { loss, gradient: logitGradient } = meanCrossEntropy(operations, logits, targets, count);
    if (learningRates[head] > 0) {
      setGradient(head, 'kernel', operations.matMul(features, logitGradient, { transposeA: true }));
      setGradient(head, 'bias', operations.biasAddGrad(logitGradient));
    }
    if (lowest === -1 || lowest === head) return loss;

    let outputGradient = this.#lastOutputGradient(logitGradient, count);
    for (let layer = head - 1; layer >= lowest; layer--) {
      const convolution = this.#convolutions[layer];
      const masked = operations.activationGrad(
        outputGradient,
        activations[layer + 1],
        layers[layer].activation,
      );
      operations.free(outputGradient);
      operations.free(activations[layer + 1]);
      if (learningRates[layer] > 0) {
        setGradient(layer, 'kernel', convolution.kernelGradient(activations[layer], masked));
        setGradient(layer, 'bias', operations.biasAddGrad(masked));
      }
      if (layer === lowest) break;
      outputGradient = convolution.inputGradient(this.#kernel(layer), masked, count);
      operations.free(masked);
    }
    return loss;
  }

  /** The normalized pixels, followed by each layer's output. */
  #activations(pixels: Uint8Array, count: number): Tensor[] {
    const activations = [this.#input(pixels, count)];
    this.network.layers.forEach((_, layer) => activations.push(this.#convolve(activations[layer], layer)));
    return activations;
  }

  #input(pixels: Uint8Array, count: number): Tensor {
    const { size } = this.network;
    return this.#operations.filled([count, size, size, 3], (values) => {
      const [red, green, blue] = this.#levels;
      for (let index = 0; index < values.length; index += 3) {
        values[index] = red[pixels[index]];
        values[index + 1] = green[pixels[index + 1]];
        values[index + 2] = blue[pixels[index + 2]];
      }
    });
  }

  #convolve(input: Tensor, layer: number): Tensor {
    const operations = this.#operations;
    const convolved = this.#convolutions[layer].output(input, this.#kernel(layer));
    const biased = operations.biasAdd(convolved, this.#bias(layer));
    operations.free(convolved);
    const output = operations.activate(biased, this.network.layers[layer].activation);
    operations.free(biased);
    return output;
  }

  #classify(features: Tensor): Tensor {
    const head = this.network.layers.length;
    const product = this.#operations.matMul(features, this.#kernel(head));
    return this.#operations.biasAdd(product, this.#bias(head));
  }

  /** Propagates the gradient back through the dense layer and the pool to the last convolution's output. */
  #lastOutputGradient(logitGradient: Tensor, count: number): Tensor {
    const operations = this.#operations;
    const head = this.network.layers.length;
    const side = this.#sides[head];
    const pooled = operations.matMul(logitGradient, this.#kernel(head), { transposeB: true });
    return operations.broadcast(
      operations.scale(pooled, 1 / side ** 2),
      count,
      side,
      featureWidth(this.network),
    );
  }

  #kernel(layer: number): Tensor {
    return this.#parameters.tensor(layer, 'kernel');
  }

  #bias(layer: number): Tensor {
    return this.#parameters.tensor(layer, 'bias');
  }
}
