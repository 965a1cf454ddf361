import type { ConvLayer } from '../network.js';
import type { OpAttribute, TensorInfo, TensorflowAddon } from './addon.js';

type Activation = ConvLayer['activation'];

/** Handle of a float32 or index tensor in TensorFlow's memory. */
export type Tensor = number;

/**
 * The operations of TensorFlow that the engine uses, by their own names. Tensors are made inside `scoped`, whose
 * end deletes them; `hold` makes one that stays until `free`.
 */
export class Operations {
  /** Attributes of operations on float32. */
  readonly float: OpAttribute[];
  /** Attributes of operations on images with the channels last. */
  readonly image: OpAttribute[];
  readonly #addon: TensorflowAddon;
  readonly #made = new Set<Tensor>();
  #staging = new ArrayBuffer(0);

  constructor(addon: TensorflowAddon) {
    this.#addon = addon;
    this.float = [this.#type('T', addon.TF_FLOAT)];
    this.image = [...this.float, this.text('data_format', 'NHWC')];
  }

  /** Deletes what `work` made, also when it throws. Scopes do not nest. */
  scoped<Result>(work: () => Result): Result {
    try {
      return work();
    } finally {
      for (const tensor of this.#made) this.#addon.deleteTensor(tensor);
      this.#made.clear();
    }
  }

  hold(values: Float32Array, shape: number[]): Tensor {
    return this.#fill(shape, (staging) => staging.set(values));
  }

  /** A tensor whose values `write` puts in place, all of them. */
  written(shape: number[], write: (values: Float32Array) => void): Tensor {
    return this.#note(this.#fill(shape, write));
  }

  free(tensor: Tensor): void {
    this.#made.delete(tensor);
    this.#addon.deleteTensor(tensor);
  }

  upload(values: Float32Array, shape: number[]): Tensor {
    return this.#note(this.hold(values, shape));
  }

  /** A shape, axes or paddings, as TensorFlow takes them: as a tensor. */
  indices(values: number[], shape = [values.length]): Tensor {
    const staging = new Int32Array(this.#room(values.length), OFFSET, values.length);
    staging.set(values);
    return this.#note(this.#addon.createTensor(shape, this.#addon.TF_INT32, staging));
  }

  download(tensor: Tensor): Float32Array {
    return this.#addon.tensorDataSync(tensor);
  }

  /** Runs an operation that has one output. */
  run(name: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor {
    return this.#execute(name, attributes, inputs, 1)[0].id;
  }

  biasAdd(input: Tensor, bias: Tensor): Tensor {
    return this.run('BiasAdd', this.image, [input, bias]);
  }

  biasAddGrad(slope: Tensor): Tensor {
    return this.run('BiasAddGrad', this.image, [slope]);
  }

  /** The activation of a layer. */
  activate(input: Tensor, activation: Activation): Tensor {
    return this.run(activation === 'relu6' ? 'Relu6' : 'Relu', this.float, [input]);
  }

  /** The slope where the activation that gave `output` is not flat, elsewhere zero. */
  activationGrad(slope: Tensor, output: Tensor, activation: Activation): Tensor {
    return this.run(activation === 'relu6' ? 'Relu6Grad' : 'ReluGrad', this.float, [slope, output]);
  }

  /** [count, side, side, channels] → [count, channels] */
  globalAveragePool(input: Tensor): Tensor {
    return this.run('Mean', [...this.float, this.indexType('Tidx')], [input, this.indices([1, 2])]);
  }

  /** [count, channels] → [count, side, side, channels], each pixel the same. */
  spread(input: Tensor, count: number, side: number, channels: number): Tensor {
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

  /** `targets`: [count, classes], rows sum to one. Gives the loss of each row and its gradient to the logits. */
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

  /** Says under an operation's own name that its shapes, axes or paddings are int32. */
  indexType(name: string): OpAttribute {
    return this.#type(name, this.#addon.TF_INT32);
  }

  #fill(shape: number[], write: (values: Float32Array) => void): Tensor {
    const length = shape.reduce((product, side) => product * side, 1);
    const staging = new Float32Array(this.#room(length), OFFSET, length);
    write(staging);
    return this.#addon.createTensor(shape, this.#addon.TF_FLOAT, staging);
  }

  /** Memory for so many numbers behind the offset; the same each time, because fresh memory costs more than the copy. */
  #room(numbers: number): ArrayBuffer {
    const bytes = 4 * numbers + OFFSET;
    if (this.#staging.byteLength < bytes) this.#staging = new ArrayBuffer(bytes);
    return this.#staging;
  }

  #type(name: string, value: number): OpAttribute {
    return { name, type: this.#addon.TF_ATTR_TYPE, value };
  }

  #execute(name: string, attributes: OpAttribute[], inputs: Tensor[], outputs: number): TensorInfo[] {
    const made = this.#addon.executeOp(name, attributes, inputs, outputs);
    for (const { id } of made) this.#note(id);
    return made;
  }

  #note(tensor: Tensor): Tensor {
    this.#made.add(tensor);
    return tensor;
  }
}

/**
 * TensorFlow shares memory that is aligned for its kernels and copies what is not. Sharing would tie a tensor to what
 * becomes of a JavaScript array later, so arrays are handed over from an address that is never aligned.
 */
const OFFSET = 4;
