import { kernelShape, zerosBefore, type ConvLayer } from '../network.js';
import type { OpAttribute } from './load.js';
import type { Operations, Tensor } from './operations.js';

/** TensorFlow's names for a convolution and its two gradients. */
const CONVOLUTION = {
  output: 'Conv2D',
  kernelGradient: 'Conv2DBackpropFilter',
  inputGradient: 'Conv2DBackpropInput',
};
const DEPTHWISE = {
  output: 'DepthwiseConv2dNative',
  kernelGradient: 'DepthwiseConv2dNativeBackpropFilter',
  inputGradient: 'DepthwiseConv2dNativeBackpropInput',
};

/**
 * The convolution of a layer, and its gradients with respect to kernel and input.
 *
 * TensorFlow's gradients are fast only for its own paddings: EXPLICIT is 2 to 8 times slower than SAME. SAME
 * pads one pixel on every side at stride 1 and for odd sizes. At stride 2 and even sizes, a convolution with
 * padding `around` never reads the last row and column of zeros, so its gradients equal those of a VALID
 * convolution of the input with zeros above and to the left.
 */
export class Convolution {
  readonly #operations: Operations;
  readonly #layer: ConvLayer;
  readonly #side: number;
  readonly #zerosFirst: boolean;
  readonly #names: typeof CONVOLUTION;
  readonly #forward: OpAttribute[];
  readonly #backward: OpAttribute[];

  /** @param side Of the input, in pixels. */
  constructor(operations: Operations, layer: ConvLayer, side: number) {
    this.#operations = operations;
    this.#layer = layer;
    this.#side = side;
    this.#zerosFirst = layer.stride === 2 && side % 2 === 0 && zerosBefore(layer, side) === 1;
    this.#names = layer.kind === 'depthwise' ? DEPTHWISE : CONVOLUTION;
    const explicit = [
      operations.text('padding', 'EXPLICIT'),
      operations.integers('explicit_paddings', [0, 0, 1, 1, 1, 1, 0, 0]),
    ];
    this.#forward = this.#attributes(...(this.#zerosFirst ? explicit : [operations.text('padding', 'SAME')]));
    this.#backward = this.#attributes(operations.text('padding', this.#zerosFirst ? 'VALID' : 'SAME'));
  }

  output(input: Tensor, kernel: Tensor): Tensor {
    return this.#operations.run(this.#names.output, this.#forward, [input, kernel]);
  }

  kernelGradient(input: Tensor, outputGradient: Tensor): Tensor {
    const operations = this.#operations;
    const padded = this.#zerosFirst ? this.#withZeros(input) : input;
    const shape = operations.indices(kernelShape(this.#layer));
    const gradient = operations.run(this.#names.kernelGradient, this.#backward, [
      padded,
      shape,
      outputGradient,
    ]);
    if (padded !== input) operations.free(padded);
    return gradient;
  }

  inputGradient(kernel: Tensor, outputGradient: Tensor, count: number): Tensor {
    const operations = this.#operations;
    const side = this.#side + (this.#zerosFirst ? 1 : 0);
    const shape = operations.indices([count, side, side, this.#layer.inputs]);
    const gradient = operations.run(this.#names.inputGradient, this.#backward, [
      shape,
      kernel,
      outputGradient,
    ]);
    if (!this.#zerosFirst) return gradient;
    const inner = this.#withoutZeros(gradient);
    operations.free(gradient);
    return inner;
  }

  #withZeros(input: Tensor): Tensor {
    const operations = this.#operations;
    const paddings = operations.indices([0, 0, 1, 0, 1, 0, 0, 0], [4, 2]);
    return operations.run('Pad', [...operations.float, operations.indexType('Tpaddings')], [input, paddings]);
  }

  #withoutZeros(padded: Tensor): Tensor {
    const operations = this.#operations;
    const from = operations.indices([0, 1, 1, 0]);
    const whole = operations.indices([-1, -1, -1, -1]);
    return operations.run(
      'Slice',
      [...operations.float, operations.indexType('Index')],
      [padded, from, whole],
    );
  }

  #attributes(...padding: OpAttribute[]): OpAttribute[] {
    const { stride } = this.#layer;
    return [
      ...this.#operations.image,
      this.#operations.integers('strides', [1, stride, stride, 1]),
      ...padding,
    ];
  }
}
