/** A 3x3 convolution with bias and ReLU, zero padding of one pixel on every side. */
export interface ConvLayer {
  name: string;
  inputs: number;
  outputs: number;
  stride: 1 | 2;
  /** Index of the block that the layer belongs to; freezing goes by blocks, from 0 (nearest the pixels). */
  block: number;
  /** Weights are standardised before they convolve (`standardise.ts`); the layer then has a gain as well. */
  standardised?: boolean;
}

/** A plain stack of convolutions, global average pool, one dense layer. Any input size is accepted. */
export interface Network {
  name: string;
  /** Side of the input in pixels. */
  size: number;
  layers: ConvLayer[];
  classes: number;
}

/**
 * Parameters by name: `<layer>/kernel` [3, 3, inputs, outputs], `<layer>/bias` [outputs], `<layer>/gain` [outputs] of
 * a standardised layer,
 * `head/kernel` [features, classes], `head/bias` [classes]; row-major float32.
 */
export type Weights = Map<string, Float32Array>;

/** `[[outputs, stride, block], …]` into a network that reads RGB. */
export function plainNetwork(
  name: string,
  size: number,
  classes: number,
  plan: readonly (readonly [outputs: number, stride: 1 | 2, block: number])[],
): Network {
  let inputs = 3;
  const layers = plan.map(([outputs, stride, block], index): ConvLayer => {
    const layer: ConvLayer = { name: `conv${index + 1}`, inputs, outputs, stride, block };
    inputs = outputs;
    return layer;
  });
  return { name, size, layers, classes };
}

/** Side of each layer's output in pixels, first layer first. */
export function outputSides(network: Network): number[] {
  let side = network.size;
  return network.layers.map((layer) => (side = Math.ceil(side / layer.stride)));
}

/** Width of the last pooled features, the dense layer's input. */
export function featureWidth(network: Network): number {
  return network.layers.at(-1)!.outputs;
}

/** Width of the pooled features of all layers joined, first layer first (Head2Toe, Evci et al. 2022). */
export function joinedWidth(network: Network): number {
  return network.layers.reduce((sum, layer) => sum + layer.outputs, 0);
}

/** Multiply-accumulates of one forward pass of one image. */
export function forwardMacs(network: Network): number {
  const sides = outputSides(network);
  const convolutions = network.layers.reduce(
    (sum, layer, index) => sum + sides[index] ** 2 * 9 * layer.inputs * layer.outputs,
    0,
  );
  return convolutions + featureWidth(network) * network.classes;
}

/** Multiply-accumulates of one training step of one image when blocks below `frozenBlocks` stay as they are. */
export function trainMacs(network: Network, frozenBlocks: number): number {
  const sides = outputSides(network);
  let total = forwardMacs(network) + 2 * featureWidth(network) * network.classes;
  const first = network.layers.findIndex((layer) => layer.block >= frozenBlocks);
  network.layers.forEach((layer, index) => {
    if (first === -1 || index < first) return;
    const macs = sides[index] ** 2 * 9 * layer.inputs * layer.outputs;
    total += index === first ? macs : 2 * macs;
  });
  return total;
}

export function parameterCount(network: Network): number {
  const convolutions = network.layers.reduce((sum, layer) => sum + (9 * layer.inputs + 1) * layer.outputs, 0);
  return convolutions + (featureWidth(network) + 1) * network.classes;
}
