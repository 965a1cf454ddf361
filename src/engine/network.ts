/**
 * A convolution with bias and activation. `plain`: 3x3 over all channels. `depthwise`: 3x3 on each channel
 * separately, with as many outputs as inputs. `pointwise`: 1x1 over all channels, without padding.
 */
export interface ConvLayer {
  name: string;
  /** Default: plain. */
  kind?: 'plain' | 'depthwise' | 'pointwise';
  inputs: number;
  outputs: number;
  stride: 1 | 2;
  /**
   * Zero padding of a 3x3 layer. `around`, the default: one pixel on every side. `same`, as in TensorFlow:
   * the same, except that inputs of even size have none above and to the left at stride 2.
   */
  padding?: 'around' | 'same';
  /** Default: relu. `relu6` is min(max(x, 0), 6). */
  activation?: 'relu' | 'relu6';
  /** Index of the layer's block, from 0 (nearest the pixels). Blocks are frozen as a whole. */
  block: number;
  /** Whether the weights are standardized (`wasm/kernels/standardize.ts`); the layer then has a gain, too. */
  standardized?: boolean;
  /** Whether its pooled output is one of the concatenated features. Default: true. */
  pooled?: boolean;
}

/** How a pixel's levels, 0 to 255, are scaled: value × scale + shift for red, green and blue. */
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
 * Constants of weight standardization. The scale, √(2 / (1 − 1/π)), preserves the variance of activations
 * through a ReLU; the epsilon is added to the variance of the weights.
 */
export const STANDARDIZATION = { scale: 1.7139588594436646, epsilon: 1e-8 } as const;

/** A stack of convolutions, a global average pool and a dense layer. Works with any input size. */
export interface Network {
  name: string;
  /** Side of the input in pixels. */
  size: number;
  /** Default: `DEFAULT_PIXELS`. */
  pixels?: PixelScaling;
  layers: ConvLayer[];
  classes: number;
}

/**
 * Parameters by name, row-major float32: `<layer>/kernel` [3, 3, inputs, outputs], in depthwise layers [3, 3,
 * channels, 1], in pointwise layers [1, 1, inputs, outputs]; `<layer>/bias` [outputs]; in standardized layers
 * `<layer>/gain` [outputs]; `head/kernel` [features, classes]; `head/bias` [classes].
 */
export type Weights = Map<string, Float32Array>;

/** Builds a network of plain layers from `[[outputs, stride, block], …]`. */
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
 * Builds a network like MobileNetV1 from `[[outputs, stride, block], …]`: a plain layer, then for each entry
 * a depthwise layer with the stride and a pointwise layer with the outputs. All layers use TensorFlow's
 * padding and ReLU6.
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
 * Number of weights that each output sums over: taps of the window × inputs.
 *
 * @throws RangeError when a depthwise layer's outputs and inputs differ in number.
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

/** Shape of a layer's kernel in `Weights`. */
export function kernelShape(layer: ConvLayer): number[] {
  const { taps, inputs } = fanIn(layer);
  const window = Math.sqrt(taps);
  return layer.kind === 'depthwise'
    ? [window, window, layer.outputs, 1]
    : [window, window, inputs, layer.outputs];
}

/** Number of weights in a layer's kernel; also the multiply-accumulates per output pixel. */
export function kernelSize(layer: ConvLayer): number {
  const { taps, inputs } = fanIn(layer);
  return taps * inputs * layer.outputs;
}

/** Pixels of zero padding above and to the left of an input with `side` pixels. */
export function zerosBefore({ kind, stride, padding }: ConvLayer, side: number): 0 | 1 {
  if (kind === 'pointwise') return 0;
  return padding === 'same' && stride === 2 && side % 2 === 0 ? 0 : 1;
}

/** Side of each layer's output in pixels. */
export function outputSides(network: Network): number[] {
  let side = network.size;
  return network.layers.map((layer) => (side = Math.ceil(side / layer.stride)));
}

/** Width of the dense layer's input: the pooled features of the last layer. */
export function featureWidth(network: Network): number {
  return network.layers.at(-1)!.outputs;
}

/** Width of the pooled features of all depths, concatenated (Head2Toe, Evci et al. 2022). */
export function concatenatedWidth(network: Network): number {
  return network.layers.reduce((sum, { pooled = true, outputs }) => sum + (pooled ? outputs : 0), 0);
}

/** Multiply-accumulates of the forward pass of one image. */
export function forwardMacs(network: Network): number {
  const sides = outputSides(network);
  const convolutions = network.layers.reduce(
    (sum, layer, index) => sum + sides[index] ** 2 * kernelSize(layer),
    0,
  );
  return convolutions + featureWidth(network) * network.classes;
}

/** Multiply-accumulates of a training step per image, with the first `frozenBlocks` blocks frozen. */
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
