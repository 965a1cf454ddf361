import { fanIn, featureWidth, kernelShape, kernelSize, type Network, type Weights } from '../network.js';
import { standardise, type KernelShape } from '../standardise.js';
import type { Operations, Tensor } from './operations.js';

/** One array of weights: its values here, their momentum, and the copy that TensorFlow computes with. */
export interface Parameter {
  readonly name: string;
  readonly shape: number[];
  /** Position in `StepOptions.rates`. */
  readonly layer: number;
  readonly isKernel: boolean;
  readonly values: Float32Array;
  readonly velocity: Float32Array;
  /** Of a standardised kernel; null: the values convolve as they are. */
  readonly standardised: Standardised | null;
  /** What TensorFlow computes with: the values, or what standardising makes of them. */
  tensor: Tensor;
}

/** The gain of a standardised kernel, trained beside it, and the weights that convolve. */
export interface Standardised {
  readonly name: string;
  readonly shape: KernelShape;
  readonly gain: Float32Array;
  readonly velocity: Float32Array;
  readonly effective: Float32Array;
}

/** Puts what the parameter has become in place of its tensor. */
export function refreshTensor(operations: Operations, parameter: Parameter): void {
  operations.free(parameter.tensor);
  parameter.tensor = operations.hold(effectiveValues(parameter), parameter.shape);
}

function effectiveValues({ values, standardised }: Pick<Parameter, 'values' | 'standardised'>): Float32Array {
  if (standardised === null) return values;
  const { gain, effective, shape } = standardised;
  standardise(values, gain, effective, shape);
  return effective;
}

/** Name and shape of every parameter, nearest the pixels first, each kernel before its bias. */
export function parameterShapes(network: Network): { name: string; shape: number[]; layer: number }[] {
  const convolutions = network.layers.flatMap((layer, index) => [
    { name: `${layer.name}/kernel`, shape: kernelShape(layer), layer: index },
    { name: `${layer.name}/bias`, shape: [layer.outputs], layer: index },
  ]);
  const layer = network.layers.length;
  return [
    ...convolutions,
    { name: 'head/kernel', shape: [featureWidth(network), network.classes], layer },
    { name: 'head/bias', shape: [network.classes], layer },
  ];
}

/** @throws Error when `weights` lacks a parameter of the network or has one of another size. */
export function holdParameters(operations: Operations, network: Network, weights: Weights): Parameter[] {
  const shapes = parameterShapes(network);
  const copies = shapes.map(({ name, shape }) => checked(weights.get(name), name, shape).slice());
  return shapes.map((parameter, index) => {
    const values = copies[index];
    const isKernel = parameter.shape.length > 1;
    const standardised = isKernel ? holdGain(network, weights, parameter.layer) : null;
    return {
      ...parameter,
      isKernel,
      values,
      velocity: new Float32Array(values.length),
      standardised,
      tensor: operations.hold(effectiveValues({ values, standardised }), parameter.shape),
    };
  });
}

function holdGain(network: Network, weights: Weights, index: number): Standardised | null {
  const layer = network.layers.at(index);
  if (layer?.standardised !== true) return null;
  const name = `${layer.name}/gain`;
  const { taps, inputs } = fanIn(layer);
  return {
    name,
    shape: { groups: taps, rows: inputs, paddedRows: inputs, columns: layer.outputs },
    gain: checked(weights.get(name), name, [layer.outputs]).slice(),
    velocity: new Float32Array(layer.outputs),
    effective: new Float32Array(kernelSize(layer)),
  };
}

function checked(values: Float32Array | undefined, name: string, shape: number[]): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  if (values?.length === size) return values;
  const found = values === undefined ? 'there is none' : `there are ${values.length} numbers`;
  throw new Error(`The network needs ${size} numbers for ${name}, but ${found}.`);
}
