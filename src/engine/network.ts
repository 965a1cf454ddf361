/**
 * A convolution with bias and activation. `plain`: 3x3 over all channels. `depthwise`: 3x3 on each channel by itself,
 * so there are as many outputs as inputs. `pointwise`: 1x1 over all channels, without padding.
 */
export interface ConvLayer {
  name: string;
  /** Without it: plain. */
  kind?: 'plain' | 'depthwise' | 'pointwise';
  inputs: number;
  outputs: number;
  stride: 1 | 2;
  /**
   * Zeros about the input of a 3x3 layer. `around`, also without it: one pixel on every side. `same`, as TensorFlow
   * means it: the same, but at stride 2 on an even side none above and on the left.
   */
  padding?: 'around' | 'same';
  /** Without it: relu. `relu6` is min(max(x, 0), 6). */
  activation?: 'relu' | 'relu6';
  /** Index of the block that the layer belongs to; freezing goes by blocks, from 0 (nearest the pixels). */
  block: number;
  /** Weights are standardised before they convolve (`wasm/kernels/standardise.ts`); the layer then has a gain as well. */
  standardised?: boolean;
  /** Whether its pooled output is among the joined features; without it: yes. */
  pooled?: boolean;
}

/** What becomes of a pixel's levels, 0 to 255: value × scale + shift, red, green and blue. */
export interface PixelScaling {
  scale: [number, number, number];
  shift: [number, number, number];
}

/** (value / 255 − 0.5) / 0.25. */
export const DEFAULT_PIXELS: PixelScaling = {
  scale: [1 / 63.75, 1 / 63.75, 1 / 63.75],
  shift: [-2, -2, -2],
};

/**
 * Of layers whose weights are standardised: the scale keeps the variance of activations through a ReLU, √(2 / (1 − 1/π)),
 * the epsilon is added to the variance of the weights.
 */
export const STANDARDISATION = { scale: 1.7139588594436646, epsilon: 1e-8 } as const;

/** A stack of convolutions, global average pool, one dense layer. Any input size is accepted. */
export interface Network {
  name: string;
  /** Side of the input in pixels. */
  size: number;
  /** Without it: `DEFAULT_PIXELS`. */
  pixels?: PixelScaling;
  layers: ConvLayer[];
  classes: number;
}

/**
 * Parameters by name: `<layer>/kernel` [3, 3, inputs, outputs], of a depthwise layer [3, 3, channels, 1], of a pointwise
 * layer [1, 1, inputs, outputs]; `<layer>/bias` [outputs], `<layer>/gain` [outputs] of a standardised layer;
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

/**
 * `[[outputs, stride, block], …]` into MobileNetV1's form: a plain layer first, then for each entry a depthwise layer
 * with the stride and a pointwise layer with the outputs; TensorFlow's padding and ReLU6 throughout.
 */
export function separableNetwork(
  name: string,
  size: number,
  classes: number,
  plan: readonly (readonly [outputs: number, stride: 1 | 2, block: number])[],
): Network {
  const style = { padding: 'same', activation: 'relu6' } as const;
  let inputs = 3;
  const layers = plan.flatMap(([outputs, stride, block], index): ConvLayer[] => {
    const from = inputs;
    inputs = outputs;
    if (index === 0) return [{ name: 'conv1', inputs: from, outputs, stride, block, ...style }];
    const shared = { inputs: from, block, ...style };
    return [
      { name: `depthwise${index + 1}`, kind: 'depthwise', outputs: from, stride, ...shared },
      { name: `pointwise${index + 1}`, kind: 'pointwise', outputs, stride: 1, ...shared },
    ];
  });
  return { name, size, layers, classes };
}

/**
 * The weights that each output sums over: taps of the window × inputs.
 *
 * @throws RangeError when a depthwise layer has not as many outputs as inputs.
 */
export function fanIn({ name, kind = 'plain', inputs, outputs }: ConvLayer): {
  taps: number;
  inputs: number;
} {
  if (kind === 'plain') return { taps: 9, inputs };
  if (kind === 'pointwise') return { taps: 1, inputs };
  if (inputs !== outputs) {
    throw new RangeError(`${name} is depthwise, but has ${inputs} inputs and ${outputs} outputs.`);
  }
  return { taps: 9, inputs: 1 };
}

/** Shape of a layer's kernel as it stands in `Weights`. */
export function kernelShape(layer: ConvLayer): number[] {
  const { taps, inputs } = fanIn(layer);
  const window = Math.sqrt(taps);
  return layer.kind === 'depthwise'
    ? [window, window, layer.outputs, 1]
    : [window, window, inputs, layer.outputs];
}

/** Numbers in a layer's kernel; also its multiply-accumulates for one pixel of its output. */
export function kernelSize(layer: ConvLayer): number {
  const { taps, inputs } = fanIn(layer);
  return taps * inputs * layer.outputs;
}

/** Pixels of zeros above the input and on its left; `side` of the input in pixels. */
export function zerosBefore({ kind, stride, padding }: ConvLayer, side: number): 0 | 1 {
  if (kind === 'pointwise') return 0;
  return padding === 'same' && stride === 2 && side % 2 === 0 ? 0 : 1;
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

/** Width of the pooled features of all depths joined, first layer first (Head2Toe, Evci et al. 2022). */
export function joinedWidth(network: Network): number {
  return network.layers.reduce((sum, { pooled = true, outputs }) => sum + (pooled ? outputs : 0), 0);
}

/** Multiply-accumulates of one forward pass of one image. */
export function forwardMacs(network: Network): number {
  const sides = outputSides(network);
  const convolutions = network.layers.reduce(
    (sum, layer, index) => sum + sides[index] ** 2 * kernelSize(layer),
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
    const macs = sides[index] ** 2 * kernelSize(layer);
    total += index === first ? macs : 2 * macs;
  });
  return total;
}

export function parameterCount(network: Network): number {
  const convolutions = network.layers.reduce((sum, layer) => sum + kernelSize(layer) + layer.outputs, 0);
  return convolutions + (featureWidth(network) + 1) * network.classes;
}
