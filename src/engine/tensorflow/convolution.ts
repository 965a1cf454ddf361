import { kernelShape, zerosBefore, type ConvLayer } from '../network.js';
import type { OpAttribute } from './addon.js';
import type { Operations, Tensor } from './operations.js';

/** What TensorFlow calls a convolution and its gradients by the kernel and by the input. */
const CONVOLUTION = {
  output: 'Conv2D',
  kernelSlope: 'Conv2DBackpropFilter',
  inputSlope: 'Conv2DBackpropInput',
};
const DEPTHWISE = {
  output: 'DepthwiseConv2dNative',
  kernelSlope: 'DepthwiseConv2dNativeBackpropFilter',
  inputSlope: 'DepthwiseConv2dNativeBackpropInput',
};

/**
 * The convolution of a layer, and its two gradients.
 *
 * TensorFlow has fast gradients only for its own paddings (EXPLICIT is 2 to 8 times slower than SAME). SAME is
 * one pixel on every side at stride 1 and on odd sides. At stride 2 on an even side the last row and column of
 * zeros that lie `around` are never read, so there the gradients are those of a VALID convolution on the input with
 * zeros above and on the left.
 */
export class Convolution {
  readonly #operations: Operations;
  readonly #layer: ConvLayer;
  readonly #side: number;
  readonly #zerosFirst: boolean;
  readonly #names: typeof CONVOLUTION;
  readonly #forward: OpAttribute[];
  readonly #backward: OpAttribute[];

  /** `side` of the input in pixels. */
  constructor(operations: Operations, layer: ConvLayer, side: number) {
    this.#operations = operations;
    this.#layer = layer;
    this.#side = side;
    this.#zerosFirst = layer.stride === 2 && side % 2 === 0 && zerosBefore(layer, side) === 1;
    this.#names = layer.kind === 'depthwise' ? DEPTHWISE : CONVOLUTION;
    const padded = [
      operations.text('padding', 'EXPLICIT'),
      operations.integers('explicit_paddings', [0, 0, 1, 1, 1, 1, 0, 0]),
    ];
    this.#forward = this.#attributes(...(this.#zerosFirst ? padded : [operations.text('padding', 'SAME')]));
    this.#backward = this.#attributes(operations.text('padding', this.#zerosFirst ? 'VALID' : 'SAME'));
  }

  output(input: Tensor, kernel: Tensor): Tensor {
    return this.#operations.run(this.#names.output, this.#forward, [input, kernel]);
  }

  /** Gradient by the kernel, from the gradient by the output. */
  kernelSlope(input: Tensor, slope: Tensor): Tensor {
    const operations = this.#operations;
    const read = this.#zerosFirst ? this.#withZeros(input) : input;
    const shape = operations.indices(kernelShape(this.#layer));
    const gradient = operations.run(this.#names.kernelSlope, this.#backward, [read, shape, slope]);
    if (read !== input) operations.free(read);
    return gradient;
  }

  /** Gradient by the input, from the gradient by the output. */
  inputSlope(kernel: Tensor, slope: Tensor, count: number): Tensor {
    const operations = this.#operations;
    const side = this.#side + (this.#zerosFirst ? 1 : 0);
    const shape = operations.indices([count, side, side, this.#layer.inputs]);
    const gradient = operations.run(this.#names.inputSlope, this.#backward, [shape, kernel, slope]);
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
