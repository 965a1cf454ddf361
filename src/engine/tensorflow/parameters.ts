import { featureWidth, type Network, type Weights } from '../network.js';
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
  tensor: Tensor;
}

/** Name and shape of every parameter, nearest the pixels first, each kernel before its bias. */
export function parameterShapes(network: Network): { name: string; shape: number[]; layer: number }[] {
  const convolutions = network.layers.flatMap(({ name, inputs, outputs }, layer) => [
    { name: `${name}/kernel`, shape: [3, 3, inputs, outputs], layer },
    { name: `${name}/bias`, shape: [outputs], layer },
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
  return shapes.map((parameter, index) => ({
    ...parameter,
    isKernel: parameter.shape.length > 1,
    values: copies[index],
    velocity: new Float32Array(copies[index].length),
    tensor: operations.hold(copies[index], parameter.shape),
  }));
}

function checked(values: Float32Array | undefined, name: string, shape: number[]): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  if (values?.length === size) return values;
  const found = values === undefined ? 'there is none' : `there are ${values.length} numbers`;
  throw new Error(`The network needs ${size} numbers for ${name}, but ${found}.`);
}
