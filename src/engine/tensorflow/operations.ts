import type { OpAttribute, TensorInfo, TensorflowAddon } from './addon.js';

/** Handle of a float32 tensor in TensorFlow's memory. */
export type Tensor = number;

/** What one convolution is: its stride and the sizes of what it reads; its padding is one pixel on every side. */
export interface ConvolutionShape {
  stride: 1 | 2;
  /** [count, side, side, channels] */
  input: number[];
  /** [3, 3, inputs, outputs] */
  kernel: number[];
}

/**
 * The operations of TensorFlow that the engine uses, by their own names. Tensors are made inside `scoped`, whose
 * end deletes them; `hold` makes one that stays until `free`.
 */
export class Operations {
  readonly #addon: TensorflowAddon;
  readonly #made = new Set<Tensor>();
  readonly #float: OpAttribute[];
  readonly #image: OpAttribute[];
  readonly #index: OpAttribute;
  readonly #convolution: Record<1 | 2, OpAttribute[]>;

  constructor(addon: TensorflowAddon) {
    this.#addon = addon;
    this.#float = [this.#typeAttribute('T', addon.TF_FLOAT)];
    this.#image = [...this.#float, this.#textAttribute('data_format', 'NHWC')];
    this.#index = this.#typeAttribute('Tidx', addon.TF_INT32);
    this.#convolution = { 1: this.#convolutionAttributes(1), 2: this.#convolutionAttributes(2) };
  }

  /** Tensors alive in TensorFlow, from everyone in this process. */
  get alive(): number {
    return this.#addon.getNumOfTensors();
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

  /** `values` must not change while the tensor lives: TensorFlow may read them where they are. */
  hold(values: Float32Array, shape: number[]): Tensor {
    return this.#addon.createTensor(shape, this.#addon.TF_FLOAT, values);
  }

  free(tensor: Tensor): void {
    this.#made.delete(tensor);
    this.#addon.deleteTensor(tensor);
  }

  upload(values: Float32Array, shape: number[]): Tensor {
    return this.#note(this.hold(values, shape));
  }

  download(tensor: Tensor): Float32Array {
    return this.#addon.tensorDataSync(tensor);
  }

  conv2D(input: Tensor, kernel: Tensor, stride: 1 | 2): Tensor {
    return this.#run('Conv2D', this.#convolution[stride], [input, kernel]);
  }

  conv2DBackpropFilter(input: Tensor, gradient: Tensor, shape: ConvolutionShape): Tensor {
    const inputs = [input, this.#indices(shape.kernel), gradient];
    return this.#run('Conv2DBackpropFilter', this.#convolution[shape.stride], inputs);
  }

  conv2DBackpropInput(kernel: Tensor, gradient: Tensor, shape: ConvolutionShape): Tensor {
    const inputs = [this.#indices(shape.input), kernel, gradient];
    return this.#run('Conv2DBackpropInput', this.#convolution[shape.stride], inputs);
  }

  biasAdd(input: Tensor, bias: Tensor): Tensor {
    return this.#run('BiasAdd', this.#image, [input, bias]);
  }

  biasAddGrad(gradient: Tensor): Tensor {
    return this.#run('BiasAddGrad', this.#image, [gradient]);
  }

  relu(input: Tensor): Tensor {
    return this.#run('Relu', this.#float, [input]);
  }

  reluGrad(gradient: Tensor, output: Tensor): Tensor {
    return this.#run('ReluGrad', this.#float, [gradient, output]);
  }

  /** [count, side, side, channels] → [count, channels] */
  globalAveragePool(input: Tensor): Tensor {
    const keepDims = { name: 'keep_dims', type: this.#addon.TF_ATTR_BOOL, value: false };
    return this.#run('Mean', [...this.#float, this.#index, keepDims], [input, this.#indices([1, 2])]);
  }

  /** [count, channels] → [count, side, side, channels], each pixel the same. */
  spread(input: Tensor, count: number, side: number, channels: number): Tensor {
    const shapeType = this.#typeAttribute('Tshape', this.#addon.TF_INT32);
    const pixel = this.#indices([count, 1, 1, channels]);
    const column = this.#run('Reshape', [...this.#float, shapeType], [input, pixel]);
    const whole = this.#indices([count, side, side, channels]);
    return this.#run('BroadcastTo', [...this.#float, this.#index], [column, whole]);
  }

  matMul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false } = {}): Tensor {
    const type = this.#addon.TF_ATTR_BOOL;
    const transposed = [
      { name: 'transpose_a', type, value: transposeA },
      { name: 'transpose_b', type, value: transposeB },
    ];
    return this.#run('MatMul', [...this.#float, ...transposed], [a, b]);
  }

  scale(input: Tensor, factor: number): Tensor {
    return this.#run('Mul', this.#float, [input, this.upload(Float32Array.of(factor), [])]);
  }

  /** `targets`: [count, classes], rows sum to one. Gives the loss of each row and its gradient to the logits. */
  softmaxCrossEntropy(logits: Tensor, targets: Tensor): { losses: Tensor; gradient: Tensor } {
    const outputs = this.#execute('SoftmaxCrossEntropyWithLogits', this.#float, [logits, targets], 2);
    return { losses: outputs[0].id, gradient: outputs[1].id };
  }

  #run(name: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor {
    return this.#execute(name, attributes, inputs, 1)[0].id;
  }

  #execute(name: string, attributes: OpAttribute[], inputs: Tensor[], outputs: number): TensorInfo[] {
    const made = this.#addon.executeOp(name, attributes, inputs, outputs);
    for (const { id } of made) this.#note(id);
    return made;
  }

  #indices(values: number[]): Tensor {
    return this.#note(
      this.#addon.createTensor([values.length], this.#addon.TF_INT32, Int32Array.from(values)),
    );
  }

  #note(tensor: Tensor): Tensor {
    this.#made.add(tensor);
    return tensor;
  }

  #typeAttribute(name: string, value: number): OpAttribute {
    return { name, type: this.#addon.TF_ATTR_TYPE, value };
  }

  #textAttribute(name: string, value: string): OpAttribute {
    return { name, type: this.#addon.TF_ATTR_STRING, value };
  }

  #convolutionAttributes(stride: number): OpAttribute[] {
    const type = this.#addon.TF_ATTR_INT;
    return [
      ...this.#image,
      this.#textAttribute('padding', 'EXPLICIT'),
      { name: 'explicit_paddings', type, value: [0, 0, 1, 1, 1, 1, 0, 0] },
      { name: 'strides', type, value: [1, stride, stride, 1] },
      { name: 'dilations', type, value: [1, 1, 1, 1] },
    ];
  }
}
