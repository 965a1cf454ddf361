import type { ConvLayer } from '../../../src/engine/network.js';

/** A convolution and its gradients in plain float64 loops, to be read against the definition. */

/** [count, side, side, channels] */
export interface Images {
  count: number;
  side: number;
  channels: number;
  values: Float64Array;
}

export function blank(count: number, side: number, channels: number): Images {
  return { count, side, channels, values: new Float64Array(count * side * side * channels) };
}

/** Bias and activation included. */
export function convolve(
  input: Images,
  layer: ConvLayer,
  kernel: ArrayLike<number>,
  bias: ArrayLike<number>,
): Images {
  const output = blank(input.count, Math.ceil(input.side / layer.stride), layer.outputs);
  const sums = output.values.map((_, at) => bias[at % layer.outputs]);
  eachProduct(input, output, layer, (i, k, o) => (sums[o] += input.values[i] * kernel[k]));
  return { ...output, values: sums.map((sum) => Math.min(Math.max(0, sum), ceiling(layer))) };
}

/** Where the activation becomes flat again. */
export function ceiling({ activation }: ConvLayer): number {
  return activation === 'relu6' ? 6 : Infinity;
}

/** From the gradient by the sums before the activation: gradients by the input, the kernel and the bias. */
export function gradients(
  input: Images,
  layer: ConvLayer,
  kernel: ArrayLike<number>,
  slopes: Images,
): { input: Float64Array; kernel: Float64Array; bias: Float64Array } {
  const found = {
    input: new Float64Array(input.values.length),
    kernel: new Float64Array(kernel.length),
    bias: new Float64Array(layer.outputs),
  };
  eachProduct(input, slopes, layer, (i, k, o) => {
    found.input[i] += slopes.values[o] * kernel[k];
    found.kernel[k] += slopes.values[o] * input.values[i];
  });
  slopes.values.forEach((slope, at) => (found.bias[at % layer.outputs] += slope));
  return found;
}

/** Calls `visit` for every product of an input, a kernel value and an output. */
function eachProduct(
  input: Images,
  output: Images,
  { kind = 'plain', inputs, outputs, stride, padding = 'around' }: ConvLayer,
  visit: (input: number, kernel: number, output: number) => void,
): void {
  const window = kind === 'pointwise' ? 1 : 3;
  // TensorFlow pads what the windows need, the smaller half before the image.
  const needed = Math.max(0, (output.side - 1) * stride + window - input.side);
  const before = kind === 'pointwise' ? 0 : padding === 'same' ? Math.floor(needed / 2) : 1;
  for (let n = 0; n < output.count; n++) {
    for (let y = 0; y < output.side; y++) {
      for (let x = 0; x < output.side; x++) {
        for (let tap = 0; tap < window ** 2; tap++) {
          const row = y * stride + Math.floor(tap / window) - before;
          const column = x * stride + (tap % window) - before;
          if (row < 0 || row >= input.side || column < 0 || column >= input.side) continue;
          const inputAt = ((n * input.side + row) * input.side + column) * inputs;
          const outputAt = ((n * output.side + y) * output.side + x) * outputs;
          for (let o = 0; o < outputs; o++) {
            if (kind === 'depthwise') visit(inputAt + o, tap * outputs + o, outputAt + o);
            else
              for (let c = 0; c < inputs; c++)
                visit(inputAt + c, (tap * inputs + c) * outputs + o, outputAt + o);
          }
        }
      }
    }
  }
}
