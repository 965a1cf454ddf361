import type { ConvLayer } from '../network.js';
import type { OpAttribute, TensorInfo, TensorflowAddon } from './load.js';

type Activation = ConvLayer['activation'];

/** Handle of a float32 or int32 tensor in TensorFlow's memory. */
export type Tensor = number;

/**
 * The TensorFlow operations that the engine uses. Tensors are created inside `scoped`, which deletes them at
 * its end; `hold` creates one that stays until `free`.
 */
export class Operations {
  /** Attributes for operations on float32. */
  readonly float: OpAttribute[];
  /** Attributes for operations on images with the channels last. */
  readonly image: OpAttribute[];
  readonly #addon: TensorflowAddon;
  readonly #scope = new Set<Tensor>();
  #staging = new ArrayBuffer(0);

  constructor(addon: TensorflowAddon) {
    this.#addon = addon;
    this.float = [this.#type('T', addon.TF_FLOAT)];
    this.image = [...this.float, this.text('data_format', 'NHWC')];
  }

  /** Deletes the tensors that `work` creates, even if it throws. Scopes do not nest. */
  scoped<Result>(work: () => Result): Result {
    try {
      return work();
    } finally {
      for (const tensor of this.#scope) this.#addon.deleteTensor(tensor);
      this.#scope.clear();
    }
  }

  hold(values: Float32Array, shape: number[]): Tensor {
    return this.#fill(shape, (staging) => staging.set(values));
  }

  /** A tensor that `write` fills; it has to set every value. */
  filled(shape: number[], write: (values: Float32Array) => void): Tensor {
    return this.#track(this.#fill(shape, write));
  }

  free(tensor: Tensor): void {
    this.#scope.delete(tensor);
    this.#addon.deleteTensor(tensor);
  }

  upload(values: Float32Array, shape: number[]): Tensor {
    return this.#track(this.hold(values, shape));
  }

  /** A shape, axes or paddings, which TensorFlow expects as a tensor. */
  indices(values: number[], shape = [values.length]): Tensor {
    const staging = new Int32Array(this.#buffer(values.length), OFFSET, values.length);
    staging.set(values);
    return this.#track(this.#addon.createTensor(shape, this.#addon.TF_INT32, staging));
  }

  download(tensor: Tensor): Float32Array {
    return this.#addon.tensorDataSync(tensor);
  }

  /** Runs an operation with one output. */
  run(name: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor {
    return this.#execute(name, attributes, inputs, 1)[0].id;
  }

  biasAdd(input: Tensor, bias: Tensor): Tensor {
    return this.run('BiasAdd', this.image, [input, bias]);
  }

  biasAddGrad(outputGradient: Tensor): Tensor {
    return this.run('BiasAddGrad', this.image, [outputGradient]);
  }

  activate(input: Tensor, activation: Activation): Tensor {
    return this.run(activation === 'relu6' ? 'Relu6' : 'Relu', this.float, [input]);
  }

  activationGrad(outputGradient: Tensor, output: Tensor, activation: Activation): Tensor {
    const name = activation === 'relu6' ? 'Relu6Grad' : 'ReluGrad';
    return this.run(name, this.float, [outputGradient, output]);
  }

  /** [count, side, side, channels] → [count, channels] */
  globalAveragePool(input: Tensor): Tensor {
    return this.run('Mean', [...this.float, this.indexType('Tidx')], [input, this.indices([1, 2])]);
  }

  /** [count, channels] → [count, side, side, channels], the same for each pixel. */
  broadcast(input: Tensor, count: number, side: number, channels: number): Tensor {
    const pixels = this.run('Reshape', this.float, [input, this.indices([count, 1, 1, channels])]);
    const whole = this.indices([count, side, side, channels]);
    return this.run('BroadcastTo', [...this.float, this.indexType('Tidx')], [pixels, whole]);
  }

  matMul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false } = {}): Tensor {
    const transposed = [this.flag('transpose_a', transposeA), this.flag('transpose_b', transposeB)];
    return this.run('MatMul', [...this.float, ...transposed], [a, b]);
  }

  scale(input: Tensor, factor: number): Tensor {
    return this.run('Mul', this.float, [input, this.upload(Float32Array.of(factor), [])]);
  }

  /** Loss of each row and its gradient; `targets` is [count, classes] and its rows sum to one. */
  softmaxCrossEntropy(logits: Tensor, targets: Tensor): { losses: Tensor; gradient: Tensor } {
    const outputs = this.#execute('SoftmaxCrossEntropyWithLogits', this.float, [logits, targets], 2);
    return { losses: outputs[0].id, gradient: outputs[1].id };
  }

  text(name: string, value: string): OpAttribute {
    return { name, type: this.#addon.TF_ATTR_STRING, value };
  }

  integers(name: string, value: number[]): OpAttribute {
    return { name, type: this.#addon.TF_ATTR_INT, value };
  }

  flag(name: string, value: boolean): OpAttribute {
    return { name, type: this.#addon.TF_ATTR_BOOL, value };
  }

  /** The attribute `name`, with which an operation is told that its shapes, axes or paddings are int32. */
  indexType(name: string): OpAttribute {
    return this.#type(name, this.#addon.TF_INT32);
  }

  #fill(shape: number[], write: (values: Float32Array) => void): Tensor {
    const length = shape.reduce((product, side) => product * side, 1);
    const staging = new Float32Array(this.#buffer(length), OFFSET, length);
    write(staging);
    return this.#addon.createTensor(shape, this.#addon.TF_FLOAT, staging);
  }

  /** A buffer for `numbers` values after the offset. Reused, because allocating costs more than the copy. */
  #buffer(numbers: number): ArrayBuffer {
    const bytes = 4 * numbers + OFFSET;
    if (this.#staging.byteLength < bytes) this.#staging = new ArrayBuffer(bytes);
    return this.#staging;
  }

  #type(name: string, value: number): OpAttribute {
    return { name, type: this.#addon.TF_ATTR_TYPE, value };
  }

  #execute(name: string, attributes: OpAttribute[], inputs: Tensor[], outputs: number): TensorInfo[] {
    const results = this.#addon.executeOp(name, attributes, inputs, outputs);
    for (const { id } of results) this.#track(id);
    return results;
  }

  #track(tensor: Tensor): Tensor {
    this.#scope.add(tensor);
    return tensor;
  }
}

/**
 * TensorFlow shares memory that is aligned for its kernels and copies all other. A shared array must not
 * change while its tensor lives, so values are passed at an address that is never aligned.
 */
const OFFSET = 4;

/** Targets [count, classes]: one-hot labels, of which `smoothing` is spread evenly over all classes. */
export function smoothedTargets(
  labels: Int32Array,
  count: number,
  classes: number,
  smoothing: number,
): Float32Array {
  const rows = new Float32Array(count * classes).fill(smoothing / classes);
  for (let row = 0; row < count; row++) rows[row * classes + labels[row]] += 1 - smoothing;
  return rows;
}

/** Mean cross-entropy over the rows, and its gradient with respect to the logits. */
export function meanCrossEntropy(
  operations: Operations,
  logits: Tensor,
  targets: Tensor,
  count: number,
): { loss: number; gradient: Tensor } {
  const { losses, gradient } = operations.softmaxCrossEntropy(logits, targets);
  const sum = operations.download(losses).reduce((total, loss) => total + loss, 0);
  return { loss: sum / count, gradient: operations.scale(gradient, 1 / count) };
}
