import { type LinearProblem, type Model, type StepOptions } from '../../src/engine/contract.js';
import { outputSides, type ConvLayer, type Network, type Weights } from '../../src/engine/network.js';
import { standardization } from './standardization.js';

/** The contract in float64, written for reading: every sum as the formula says it, nothing shared with an engine. */
export class ReferenceModel implements Model {
  readonly network: Network;
  readonly parameters: Map<string, Float64Array>;
  #velocity = new Map<string, Float64Array>();

  constructor(network: Network, weights: Weights) {
    this.network = network;
    this.parameters = new Map([...weights].map(([name, values]) => [name, Float64Array.from(values)]));
  }

  embed(pixels: Uint8Array, count: number): Float32Array {
    const { layers } = this.network;
    const pooled = this.#activations(pixels, count).slice(1);
    const rows = Array.from({ length: count }, (_, row) =>
      pooled.flatMap((values, layer) => {
        const { outputs, pooled: joined = true } = layers[layer];
        if (!joined) return [];
        return Array.from(averagePool(values, count, outputs).subarray(row * outputs, (row + 1) * outputs));
      }),
    );
    return Float32Array.from(rows.flat());
  }

  predict(pixels: Uint8Array, count: number): Float32Array {
    return Float32Array.from(this.#logits(this.#features(this.#activations(pixels, count), count), count));
  }

  loss(pixels: Uint8Array, labels: Int32Array, count: number, labelSmoothing: number): number {
    const logits = this.#logits(this.#features(this.#activations(pixels, count), count), count);
    return crossEntropy(logits, labels, this.network.classes, labelSmoothing).loss;
  }

  evaluate(pixels: Uint8Array, labels: Int32Array, count: number): { loss: number; correctCount: number } {
    const { classes } = this.network;
    const logits = this.predict(pixels, count);
    let correctCount = 0;
    for (let row = 0; row < count; row++) {
      const own = Array.from(logits.subarray(row * classes, (row + 1) * classes));
      correctCount += own.every((logit) => logit <= own[labels[row]]) ? 1 : 0;
    }
    return { loss: count * this.loss(pixels, labels.subarray(0, count), count, 0), correctCount };
  }

  trainStep(pixels: Uint8Array, labels: Int32Array, count: number, options: StepOptions): number {
    const { loss, gradients } = this.lossAndGradients(pixels, labels, count, options.labelSmoothing);
    this.#descend(gradients, options);
    return loss;
  }

  lossAndGradients(
    pixels: Uint8Array,
    labels: Int32Array,
    count: number,
    labelSmoothing: number,
  ): { loss: number; gradients: Map<string, Float64Array> } {
    const { layers, classes } = this.network;
    const sides = [this.network.size, ...outputSides(this.network)];
    const activations = this.#activations(pixels, count);
    const features = this.#features(activations, count);
    const { loss, gradient } = crossEntropy(this.#logits(features, count), labels, classes, labelSmoothing);

    const gradients = new Map<string, Float64Array>();
    const width = features.length / count;
    gradients.set('head/kernel', outer(features, gradient, count, width, classes));
    gradients.set('head/bias', columnSums(gradient, classes));

    const head = this.parameters.get('head/kernel')!;
    const area = sides.at(-1)! ** 2;
    let slope = Float64Array.from(activations.at(-1)!, (_, index) => {
      const row = Math.floor(index / (area * width));
      const channel = index % width;
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += gradient[row * classes + k] * head[channel * classes + k];
      return sum / area;
    });
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index];
      const output = activations[index + 1];
      const masked = slope.map((value, at) => (output[at] > 0 && output[at] < ceiling(layer) ? value : 0));
      const kernel = this.#kernel(layer);
      const input = activations[index];
      const kernelGradient = new Float64Array(kernel.length);
      slope = new Float64Array(input.length);
      eachTap(count, sides[index], layer, (inputAt, kernelAt, outputAt) => {
        kernelGradient[kernelAt] += input[inputAt] * masked[outputAt];
        slope[inputAt] += kernel[kernelAt] * masked[outputAt];
      });
      this.#carry(layer, kernelGradient).forEach((values, name) => gradients.set(name, values));
      gradients.set(`${layer.name}/bias`, columnSums(masked, layer.outputs));
    }
    return { loss, gradients };
  }

  weights(): Weights {
    return new Map([...this.parameters].map(([name, values]) => [name, Float32Array.from(values)]));
  }

  load(weights: Weights): void {
    for (const [name, values] of weights) this.parameters.set(name, Float64Array.from(values));
    this.#velocity.clear();
  }

  dispose(): void {
    this.parameters.clear();
  }

  #descend(gradients: Map<string, Float64Array>, options: StepOptions): void {
    const order = [...this.network.layers.map(({ name }) => name), 'head'];
    const learningRates = new Map(order.map((layer, index) => [layer, options.learningRates[index]]));
    const trained = [...gradients].filter(([name]) => learningRates.get(name.split('/')[0])! > 0);
    const norm = Math.sqrt(trained.reduce((sum, [, values]) => sum + dot(values, values), 0));
    const scale = options.clipNorm > 0 && norm > options.clipNorm ? options.clipNorm / norm : 1;
    for (const [name, gradient] of trained) {
      const values = this.parameters.get(name)!;
      const velocity = this.#velocity.get(name) ?? new Float64Array(values.length);
      const decay = name.endsWith('/kernel') ? options.weightDecay : 0;
      const rate = learningRates.get(name.split('/')[0])!;
      this.#velocity.set(name, velocity);
      for (let at = 0; at < values.length; at++) {
        const g = gradient[at] * scale + decay * values[at];
        velocity[at] = options.momentum * velocity[at] + g;
        values[at] -= rate * (g + options.momentum * velocity[at]);
      }
    }
  }

  /** The normalized pixels, then the output of each layer. */
  #activations(pixels: Uint8Array, count: number): Float64Array[] {
    const { layers, size } = this.network;
    const sides = [size, ...outputSides(this.network)];
    const all = [Float64Array.from(pixels.subarray(0, count * size * size * 3), scaledBy(this.network))];
    layers.forEach((layer, index) => {
      const input = all[index];
      const kernel = this.#kernel(layer);
      const bias = this.parameters.get(`${layer.name}/bias`)!;
      const length = count * sides[index + 1] ** 2 * layer.outputs;
      const output = Float64Array.from({ length }, (_, at) => bias[at % layer.outputs]);
      eachTap(count, sides[index], layer, (inputAt, kernelAt, outputAt) => {
        output[outputAt] += input[inputAt] * kernel[kernelAt];
      });
      all.push(output.map((value) => Math.min(Math.max(0, value), ceiling(layer))));
    });
    return all;
  }

  /** The weights that convolve. */
  #kernel({ name, standardized = false }: ConvLayer): Float64Array {
    const raw = this.parameters.get(`${name}/kernel`)!;
    return standardized ? standardization(raw, this.parameters.get(`${name}/gain`)!).effective : raw;
  }

  /** The gradient by the weights that convolve as gradients by the parameters. */
  #carry({ name, standardized = false }: ConvLayer, slope: Float64Array): Map<string, Float64Array> {
    if (!standardized) return new Map([[`${name}/kernel`, slope]]);
    const raw = this.parameters.get(`${name}/kernel`)!;
    const carried = standardization(raw, this.parameters.get(`${name}/gain`)!).carry(slope);
    return new Map([
      [`${name}/kernel`, carried.raw],
      [`${name}/gain`, carried.gain],
    ]);
  }

  #features(activations: Float64Array[], count: number): Float64Array {
    return averagePool(activations.at(-1)!, count, this.network.layers.at(-1)!.outputs);
  }

  #logits(features: Float64Array, count: number): Float64Array {
    const kernel = this.parameters.get('head/kernel')!;
    return affine(features, kernel, this.parameters.get('head/bias')!, count);
  }
}

/** Multinomial logistic regression in float64. */
export class ReferenceLinearProblem implements LinearProblem {
  readonly #features: Float32Array;
  readonly #rows: number;
  readonly #labels: Int32Array;
  readonly #classes: number;

  constructor(features: Float32Array, rows: number, labels: Int32Array, classes: number) {
    this.#features = features;
    this.#rows = rows;
    this.#labels = labels;
    this.#classes = classes;
  }

  lossAndGradient(weights: Float32Array, penalty: number): { loss: number; gradient: Float32Array } {
    const classes = this.#classes;
    const features = Float64Array.from(this.#features);
    const width = features.length / this.#rows;
    const kernel = Float64Array.from(weights.subarray(0, width * classes));
    const bias = Float64Array.from(weights.subarray(width * classes));
    const logits = affine(features, kernel, bias, this.#rows);
    const { loss, gradient } = crossEntropy(logits, this.#labels, classes, 0);
    const slopes = outer(features, gradient, this.#rows, width, classes).map(
      (value, at) => value + 2 * penalty * kernel[at],
    );
    return {
      loss: loss + penalty * dot(kernel, kernel),
      gradient: Float32Array.from([...slopes, ...columnSums(gradient, classes)]),
    };
  }

  scores(weights: Float32Array, features: Float32Array, rows: number): Float32Array {
    const end = weights.length - this.#classes;
    const kernel = Float64Array.from(weights.subarray(0, end));
    const bias = Float64Array.from(weights.subarray(end));
    return Float32Array.from(affine(Float64Array.from(features), kernel, bias, rows));
  }

  dispose(): void {
    // Nothing is held.
  }
}

function scaledBy({ pixels }: Network): (value: number, index: number) => number {
  if (pixels === undefined) return (value) => (value / 255 - 0.5) / 0.25;
  return (value, index) => value * pixels.scale[index % 3] + pixels.shift[index % 3];
}

/** Where the activation becomes flat again. */
function ceiling({ activation = 'relu' }: ConvLayer): number {
  return activation === 'relu6' ? 6 : Infinity;
}

/** Visits every product of a convolution and its kernel: offsets of input, kernel and output. */
function eachTap(
  count: number,
  side: number,
  { kind = 'plain', inputs, outputs, stride, padding = 'around' }: ConvLayer,
  visit: (input: number, kernel: number, output: number) => void,
): void {
  const outputSide = Math.ceil(side / stride);
  const window = kind === 'pointwise' ? 1 : 3;
  // What the windows reach beyond the image; TensorFlow puts the smaller half before it.
  const beyond = Math.max(0, (outputSide - 1) * stride + window - side);
  const before = padding === 'same' ? Math.floor(beyond / 2) : (window - 1) / 2;
  for (let pixel = 0; pixel < count * outputSide ** 2; pixel++) {
    const image = Math.floor(pixel / outputSide ** 2);
    const outputY = Math.floor(pixel / outputSide) % outputSide;
    const outputX = pixel % outputSide;
    for (let tap = 0; tap < window ** 2; tap++) {
      const y = outputY * stride + Math.floor(tap / window) - before;
      const x = outputX * stride + (tap % window) - before;
      if (y < 0 || y >= side || x < 0 || x >= side) continue;
      const inputAt = ((image * side + y) * side + x) * inputs;
      for (let o = 0; o < outputs; o++) {
        if (kind === 'depthwise') visit(inputAt + o, tap * outputs + o, pixel * outputs + o);
        else {
          for (let i = 0; i < inputs; i++) {
            visit(inputAt + i, (tap * inputs + i) * outputs + o, pixel * outputs + o);
          }
        }
      }
    }
  }
}

/** [count, pixels, channels] → [count, channels] */
function averagePool(values: Float64Array, count: number, channels: number): Float64Array {
  const perImage = values.length / count;
  const pooled = new Float64Array(count * channels);
  values.forEach((value, at) => {
    pooled[Math.floor(at / perImage) * channels + (at % channels)] += (value * channels) / perImage;
  });
  return pooled;
}

function affine(
  features: Float64Array,
  kernel: Float64Array,
  bias: Float64Array,
  rows: number,
): Float64Array {
  const width = features.length / rows;
  const classes = bias.length;
  return Float64Array.from({ length: rows * classes }, (_, at) => {
    const row = Math.floor(at / classes);
    const column = at % classes;
    let sum = bias[column];
    for (let i = 0; i < width; i++) sum += features[row * width + i] * kernel[i * classes + column];
    return sum;
  });
}

/** Mean over the rows, and its gradient to the logits. */
function crossEntropy(
  logits: Float64Array,
  labels: Int32Array,
  classes: number,
  smoothing: number,
): { loss: number; gradient: Float64Array } {
  const rows = logits.length / classes;
  const gradient = new Float64Array(logits.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    const highest = Math.max(...scores);
    const logSum = highest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0));
    scores.forEach((score, k) => {
      const target = smoothing / classes + (labels[row] === k ? 1 - smoothing : 0);
      loss -= (target * (score - logSum)) / rows;
      gradient[row * classes + k] = (Math.exp(score - logSum) - target) / rows;
    });
  }
  return { loss, gradient };
}

/** aᵀb of a [rows, width] and b [rows, columns]. */
function outer(a: Float64Array, b: Float64Array, rows: number, width: number, columns: number): Float64Array {
  return Float64Array.from({ length: width * columns }, (_, at) => {
    const i = Math.floor(at / columns);
    const k = at % columns;
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += a[row * width + i] * b[row * columns + k];
    return sum;
  });
}

function columnSums(values: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  values.forEach((value, at) => (sums[at % columns] += value));
  return sums;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * b[at], 0);
}
