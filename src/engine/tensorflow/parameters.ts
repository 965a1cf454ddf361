import type { StepOptions } from '../contract.js';
import { fanIn, featureWidth, kernelShape, type Network, type Weights } from '../network.js';
import { Arena } from '../wasm/arena.js';
import {
  backpropStandardization,
  parametersOf,
  readParameter,
  reserveParameter,
  reserveStandardization,
  sgdStep,
  standardizeKernel,
  writeParameter,
  type Parameter,
  type TrainedLayer,
} from '../wasm/parameters.js';
import type { Operations, Tensor } from './operations.js';

/** A layer's trained parameters, and the tensors that TensorFlow computes with. */
interface Layer extends TrainedLayer {
  kernelShape: number[];
  tensors: Record<Part, Tensor>;
}

export type Part = 'kernel' | 'bias';

/**
 * The weights of a network. They are kept in the memory of the wasm engine and updated by its kernels, which
 * takes a tenth of the time that JavaScript would; changed weights are then copied to TensorFlow. The head is
 * the last layer.
 */
export class Parameters {
  readonly #operations: Operations;
  readonly #arena = new Arena();
  readonly #layers: Layer[];

  constructor(operations: Operations, network: Network, weights: Weights) {
    this.#operations = operations;
    const arena = this.#arena;
    const width = featureWidth(network);
    const { classes } = network;
    const tensors = () => ({ kernel: NONE, bias: NONE });
    this.#layers = [
      ...network.layers.map((layer) => {
        const { taps, inputs } = fanIn(layer);
        const kernel = reserve(arena, `${layer.name}/kernel`, taps, inputs, layer.outputs);
        return {
          kernel,
          bias: reserve(arena, `${layer.name}/bias`, 1, 1, layer.outputs),
          standardization:
            layer.standardized === true ? reserveStandardization(arena, layer.name, kernel.shape) : null,
          kernelShape: kernelShape(layer),
          tensors: tensors(),
        };
      }),
      {
        kernel: reserve(arena, 'head/kernel', 1, width, classes),
        bias: reserve(arena, 'head/bias', 1, 1, classes),
        standardization: null,
        kernelShape: [width, classes],
        tensors: tensors(),
      },
    ];
    arena.allocate();
    this.load(weights);
  }

  tensor(layer: number, part: Part): Tensor {
    return this.#layers[layer].tensors[part];
  }

  /** @throws RangeError when a parameter of the network is missing or has the wrong size. */
  load(weights: Weights): void {
    for (const parameter of this.#all()) writeParameter(this.#arena, parameter, weights.get(parameter.name));
    for (const layer of this.#layers) this.#upload(layer);
  }

  weights(): Weights {
    return new Map(this.#all().map((parameter) => [parameter.name, readParameter(this.#arena, parameter)]));
  }

  /** Sets the gradient with respect to one of the tensors. */
  setGradient(layer: number, part: Part, gradient: Float32Array): void {
    const { gradient: address } = this.#layers[layer][part];
    this.#arena.floats(address, gradient.length).set(gradient);
  }

  /** One step of SGD with the gradients that were set; leaves layers with learning rate 0 unchanged. */
  step(options: StepOptions): void {
    const updated = this.#layers.flatMap((layer, index) =>
      options.learningRates[index] > 0 ? [{ layer, learningRate: options.learningRates[index] }] : [],
    );
    for (const { layer } of updated) backpropStandardization(this.#arena, layer);
    sgdStep(
      this.#arena,
      updated.map(({ layer, learningRate }) => ({ ...parametersOf(layer), learningRate })),
      options,
    );
    for (const { layer } of updated) this.#upload(layer);
  }

  dispose(): void {
    for (const layer of this.#layers) this.#free(layer);
  }

  #all(): Parameter[] {
    return this.#layers.flatMap((layer) => {
      const { kernel, vectors } = parametersOf(layer);
      return [kernel, ...vectors];
    });
  }

  /** Replaces the layer's tensors with its current values. */
  #upload(layer: Layer): void {
    standardizeKernel(this.#arena, layer);
    this.#free(layer);
    const { kernel, bias, tensors } = layer;
    tensors.kernel = this.#operations.hold(this.#arena.floats(kernel.value, kernel.count), layer.kernelShape);
    tensors.bias = this.#operations.hold(this.#arena.floats(bias.value, bias.count), [bias.count]);
  }

  #free({ tensors }: Layer): void {
    for (const part of ['kernel', 'bias'] as const) {
      if (tensors[part] !== NONE) this.#operations.free(tensors[part]);
      tensors[part] = NONE;
    }
  }
}

const NONE: Tensor = -1;

/** Without padding, as TensorFlow expects it. */
function reserve(arena: Arena, name: string, groups: number, rows: number, columns: number): Parameter {
  return reserveParameter(arena, name, {
    groups,
    rows,
    columns,
    paddedRows: rows,
    paddedColumns: columns,
  });
}
