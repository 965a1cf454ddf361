import type { Model, StepOptions } from '../contract.js';
import { hitsOf } from '../argmax.js';
import {
  DEFAULT_PIXELS,
  featureWidth,
  joinedWidth,
  outputSides,
  type Network,
  type Weights,
} from '../network.js';
import { Convolution } from './convolution.js';
import { meanCrossEntropy, targets } from './loss.js';
import type { Operations, Tensor } from './operations.js';
import { Parameters, type Part } from './parameters.js';

/** A network on TensorFlow: forward and backward are written out, one operation after the other. */
export class TensorflowModel implements Model {
  readonly network: Network;
  readonly #operations: Operations;
  /** Sides of the input and of each layer's output, in pixels. */
  readonly #sides: number[];
  readonly #convolutions: Convolution[];
  readonly #parameters: Parameters;
  /** What a level of each channel becomes. */
  readonly #scaled: Float32Array[];

  constructor(operations: Operations, network: Network, weights: Weights) {
    this.network = network;
    this.#operations = operations;
    this.#sides = [network.size, ...outputSides(network)];
    this.#convolutions = network.layers.map(
      (layer, index) => new Convolution(operations, layer, this.#sides[index]),
    );
    this.#parameters = new Parameters(operations, network, weights);
    const { scale, shift } = network.pixels ?? DEFAULT_PIXELS;
    this.#scaled = scale.map((factor, channel) =>
      Float32Array.from({ length: 256 }, (_, value) => value * factor + shift[channel]),
    );
  }

  embed(pixels: Uint8Array, count: number): Float32Array {
    const operations = this.#operations;
    const width = joinedWidth(this.network);
    const joined = new Float32Array(count * width);
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
          joined.set(means.subarray(row * outputs, (row + 1) * outputs), row * width + offset);
        }
        offset += outputs;
      });
    });
    return joined;
  }

  predict(pixels: Uint8Array, count: number): Float32Array {
    const operations = this.#operations;
    return operations.scoped(() => operations.download(this.#logits(pixels, count)));
  }

  evaluate(pixels: Uint8Array, labels: Int32Array, count: number): { loss: number; hits: number } {
    const operations = this.#operations;
    const { classes } = this.network;
    return operations.scoped(() => {
      const logits = this.#logits(pixels, count);
      const wanted = operations.upload(targets(labels, count, classes, 0), [count, classes]);
      const { loss } = meanCrossEntropy(operations, logits, wanted, count);
      return {
        loss: loss * count,
        hits: hitsOf(operations.download(logits), labels.subarray(0, count), classes),
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

  /** Leaves the gradients with the parameters; gives the mean loss. */
  #backward(
    pixels: Uint8Array,
    labels: Int32Array,
    count: number,
    { rates, labelSmoothing }: StepOptions,
  ): number {
    const operations = this.#operations;
    const { layers, classes } = this.network;
    const head = layers.length;
    const lowest = rates.findIndex((rate) => rate > 0);
    const found = (layer: number, part: Part, gradient: Tensor) =>
      this.#parameters.setGradient(layer, part, operations.download(gradient));

    const activations = this.#activations(pixels, count);
    const features = operations.globalAveragePool(activations[head]);
    const wanted = operations.upload(targets(labels, count, classes, labelSmoothing), [count, classes]);
    const logits = this.#classify(features);
    const { loss, gradient: logitSlope } = meanCrossEntropy(operations, logits, wanted, count);
    if (rates[head] > 0) {
      found(head, 'kernel', operations.matMul(features, logitSlope, { transposeA: true }));
      found(head, 'bias', operations.biasAddGrad(logitSlope));
    }
    if (lowest === -1 || lowest === head) return loss;

    let slope = this.#slopeOfLastLayer(logitSlope, count);
    for (let layer = head - 1; layer >= lowest; layer--) {
      const convolution = this.#convolutions[layer];
      const masked = operations.activationGrad(slope, activations[layer + 1], layers[layer].activation);
      operations.free(slope);
      operations.free(activations[layer + 1]);
      if (rates[layer] > 0) {
        found(layer, 'kernel', convolution.kernelSlope(activations[layer], masked));
        found(layer, 'bias', operations.biasAddGrad(masked));
      }
      if (layer === lowest) break;
      slope = convolution.inputSlope(this.#kernel(layer), masked, count);
      operations.free(masked);
    }
    return loss;
  }

  /** The normalised pixels, then each layer's output. */
  #activations(pixels: Uint8Array, count: number): Tensor[] {
    const activations = [this.#input(pixels, count)];
    this.network.layers.forEach((_, layer) => activations.push(this.#convolve(activations[layer], layer)));
    return activations;
  }

  #input(pixels: Uint8Array, count: number): Tensor {
    const { size } = this.network;
    return this.#operations.written([count, size, size, 3], (values) => {
      const [red, green, blue] = this.#scaled;
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

  /** Through the dense layer and the average pool, back to the output of the last convolution. */
  #slopeOfLastLayer(logitSlope: Tensor, count: number): Tensor {
    const operations = this.#operations;
    const head = this.network.layers.length;
    const side = this.#sides[head];
    const pooled = operations.matMul(logitSlope, this.#kernel(head), { transposeB: true });
    return operations.spread(
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
