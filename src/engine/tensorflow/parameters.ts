import type { StepOptions } from '../contract.js';
import { fanIn, featureWidth, kernelShape, type Network, type Weights } from '../network.js';
import { Arena } from '../wasm/arena.js';
import { readParameter, reserveParameter, writeParameter, type Parameter } from '../wasm/parameter.js';
import {
  carryGradient,
  parametersOf,
  refreshKernel,
  reserveStandardised,
  type TrainedLayer,
} from '../wasm/standardised.js';
import { descend } from '../wasm/step.js';
import type { Operations, Tensor } from './operations.js';

/** What is trained in a layer, and what TensorFlow computes with. */
interface Layer extends TrainedLayer {
  kernelShape: number[];
  tensors: Record<Part, Tensor>;
}

export type Part = 'kernel' | 'bias';

/**
 * The weights of a network: trained by the kernels of the wasm engine in its memory, where one pass over them costs a
 * tenth of what it would in JavaScript, and copied to TensorFlow when they have changed. The head is the last layer.
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
          standardised:
            layer.standardised === true ? reserveStandardised(arena, layer.name, kernel.shape) : null,
          kernelShape: kernelShape(layer),
          tensors: tensors(),
        };
      }),
      {
        kernel: reserve(arena, 'head/kernel', 1, width, classes),
        bias: reserve(arena, 'head/bias', 1, 1, classes),
        standardised: null,
        kernelShape: [width, classes],
        tensors: tensors(),
      },
    ];
    arena.take();
    this.load(weights);
  }

  tensor(layer: number, part: Part): Tensor {
    return this.#layers[layer].tensors[part];
  }

  /** @throws RangeError when `weights` lacks a parameter of the network or has one of another size. */
  load(weights: Weights): void {
    for (const parameter of this.#all()) writeParameter(this.#arena, parameter, weights.get(parameter.name));
    for (const layer of this.#layers) this.#refresh(layer);
  }

  weights(): Weights {
    return new Map(this.#all().map((parameter) => [parameter.name, readParameter(this.#arena, parameter)]));
  }

  /** The gradient of the loss by what TensorFlow computes with. */
  setGradient(layer: number, part: Part, gradient: Float32Array): void {
    const { gradient: address } = this.#layers[layer][part];
    this.#arena.floats(address, gradient.length).set(gradient);
  }

  /** One step of SGD from the gradients that were set; layers with a rate of 0 stay as they are. */
  step(options: StepOptions): void {
    const trained = this.#layers.flatMap((layer, index) =>
      options.rates[index] > 0 ? [{ layer, rate: options.rates[index] }] : [],
    );
    for (const { layer } of trained) carryGradient(this.#arena, layer);
    descend(
      this.#arena,
      trained.map(({ layer, rate }) => ({ ...parametersOf(layer), rate })),
      options,
    );
    for (const { layer } of trained) this.#refresh(layer);
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

  /** Puts what the layer has become in place of its tensors. */
  #refresh(layer: Layer): void {
    refreshKernel(this.#arena, layer);
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

/** Without gaps, as TensorFlow reads it. */
function reserve(arena: Arena, name: string, groups: number, rows: number, columns: number): Parameter {
  return reserveParameter(arena, name, {
    groups,
    rows,
    columns,
    paddedRows: rows,
    paddedColumns: columns,
  });
}
