import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Arena } from '../../../src/engine/wasm/arena.js';
import { reserveConvolution, reserveWorkspace } from '../../../src/engine/wasm/convolution.js';
import { depthwise } from '../../../src/engine/wasm/depthwise.js';
import { direct, pointwise } from '../../../src/engine/wasm/direct.js';
import {
  reserveImages,
  type Convolution,
  type Method,
  type PaddedImages,
} from '../../../src/engine/wasm/layer.js';
import { winograd } from '../../../src/engine/wasm/winograd.js';
import { kernelSize, type ConvLayer } from '../../../src/engine/network.js';
import { error, numbers } from './numbers.js';
import { blank, ceiling, convolve, gradients, type Images } from './reference.js';

interface Shape {
  side: number;
  stride: 1 | 2;
  inputs: number;
  outputs: number;
  count: number;
  /** As in a layer; without them `plain`, `around` and `relu`. */
  style?: Pick<ConvLayer, 'kind' | 'padding' | 'activation'>;
}

const anyStyle = fc.record({
  padding: fc.constantFrom<'around' | 'same'>('around', 'same'),
  activation: fc.constantFrom<'relu' | 'relu6'>('relu', 'relu6'),
});

const anyShape = fc.record({
  side: fc.integer({ min: 1, max: 14 }),
  stride: fc.constantFrom<1 | 2>(1, 2),
  inputs: fc.constantFrom(8, 16, 24),
  outputs: fc.constantFrom(8, 16, 40),
  count: fc.integer({ min: 1, max: 3 }),
  style: anyStyle,
});

/** Shapes in which a block of pixels or tiles is left in the middle, and the widest layers of the reference net. */
const largeShapes: Shape[] = [
  { side: 32, stride: 2, inputs: 8, outputs: 8, count: 3 },
  { side: 33, stride: 2, inputs: 8, outputs: 16, count: 2 },
  { side: 48, stride: 1, inputs: 8, outputs: 8, count: 1 },
  { side: 37, stride: 1, inputs: 8, outputs: 8, count: 2 },
  { side: 4, stride: 1, inputs: 192, outputs: 256, count: 5 },
  { side: 8, stride: 2, inputs: 96, outputs: 192, count: 2 },
];

/** One more image than is asked for, so that what lies behind the batch would show. */
const spare = 1;

function fill(arena: Arena, buffer: PaddedImages, images: Images): void {
  images.values.forEach((value, at) => {
    arena.floats(place(buffer, at), 1)[0] = value;
  });
}

function readOut(arena: Arena, buffer: PaddedImages, count: number): Images {
  const images = blank(count, buffer.side, buffer.channels);
  images.values.forEach((_, at) => (images.values[at] = arena.floats(place(buffer, at), 1)[0]!));
  return images;
}

function place({ inner, image, row, pixel, side, channels }: PaddedImages, at: number): number {
  const channel = at % channels;
  const x = Math.floor(at / channels) % side;
  const y = Math.floor(at / channels / side) % side;
  const n = Math.floor(at / channels / side / side);
  return inner + n * image + y * row + x * pixel + 4 * channel;
}

/** Sum of the absolute values outside the images. */
function borderSum(arena: Arena, buffer: PaddedImages, count: number): number {
  const all = arena.floats(buffer.outer, ((count + spare) * buffer.image) / 4);
  const total = (values: Iterable<number>) => Array.from(values, Math.abs).reduce((sum, x) => sum + x, 0);
  return total(all) - total(readOut(arena, buffer, count + spare).values);
}

function random(images: Images, seed: number, size = 1): Images {
  const values = Float64Array.from(numbers(images.values.length, seed), (value) => size * value);
  return { ...images, values };
}

/** A layer on top of another, filled with random numbers, computed by `method` and by the definition. */
function computed(method: Method, { side, stride, inputs, outputs, count, style = {} }: Shape) {
  const arena = new Arena();
  const pixels = reserveImages(arena, count + spare, side, 4);
  const layer: ConvLayer = { name: 'layer', inputs, outputs, stride, block: 0, ...style };
  const { activation = 'relu' } = style;
  const below = reserveConvolution(
    arena,
    { name: 'below', inputs: 3, outputs: inputs, stride: 1, block: 0, activation },
    pixels,
    count + spare,
  );
  const reserved = reserveConvolution(arena, layer, below.output, count + spare);
  const weights = arena.reserve(method.bytes(arena.kernels, inputs, outputs).weights);
  const convolution: Convolution = { ...reserved, method, weights };
  const workspace = reserveWorkspace(arena, [convolution]);
  arena.allocate();

  // From -9 to 9, so that both ends of ReLU6 are met, in the layer below and in this one.
  const input = random(blank(count, side, inputs), 1, 9);
  const outputGradient = random(blank(count, Math.ceil(side / stride), outputs), 2);
  const size = 1 / Math.sqrt(kernelSize(layer) / outputs);
  const kernel = numbers(kernelSize(layer), 3).map((value) => value * size);
  const bias = numbers(outputs, 4);
  fill(arena, below.output, input);
  fill(arena, convolution.outputGradient, outputGradient);
  arena.floats(convolution.kernel.value, kernel.length).set(kernel);
  arena.floats(convolution.bias.value, bias.length).set(bias);

  method.pack(arena, workspace, convolution);
  method.forward(arena, workspace, convolution, count);
  method.kernelGradient(arena, workspace, convolution, count);
  method.inputGradient(arena, workspace, convolution, below, count);

  const wanted = gradients(input, layer, kernel, outputGradient);
  return {
    forward: error(
      readOut(arena, convolution.output, count).values,
      convolve(input, layer, kernel, bias).values,
    ),
    kernel: error(arena.floats(convolution.kernel.gradient, kernel.length), wanted.kernel),
    bias: error(arena.floats(convolution.bias.gradient, bias.length), wanted.bias),
    input: error(
      readOut(arena, below.outputGradient, count).values,
      wanted.input.map((gradient, at) =>
        input.values[at] > 0 && input.values[at] < ceiling(layer) ? gradient : 0,
      ),
    ),
    borders: borderSum(arena, convolution.output, count) + borderSum(arena, below.outputGradient, count),
  };
}

const exact = { forward: 1e-5, kernel: 1e-5, bias: 1e-5, input: 1e-5 };
/** The transforms multiply and divide by up to 24 and lose a digit. */
const tiled = { forward: 5e-5, kernel: 5e-5, bias: 1e-5, input: 5e-5 };

function expectWithin(errors: ReturnType<typeof computed>, bounds: typeof exact): void {
  expect(errors.borders).toBe(0);
  for (const part of ['forward', 'kernel', 'bias', 'input'] as const) {
    expect({ part, error: Math.max(errors[part], bounds[part]) }).toEqual({ part, error: bounds[part] });
  }
}

describe('the direct convolution', () => {
  it('and its gradients follow the definition at any side, stride and width', () => {
    fc.assert(
      fc.property(anyShape, (shape) => expectWithin(computed(direct, shape), exact)),
      { numRuns: 60 },
    );
  });

  it.each(largeShapes)('and at $side pixels, stride $stride, $inputs to $outputs channels', (shape) => {
    expectWithin(computed(direct, shape), exact);
  });
});

describe('the pointwise convolution', () => {
  it('and its gradients follow the definition at any side, stride and width', () => {
    fc.assert(
      fc.property(anyShape, (shape) =>
        expectWithin(computed(pointwise, { ...shape, style: { ...shape.style, kind: 'pointwise' } }), exact),
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    { side: 32, stride: 1, inputs: 8, outputs: 64, count: 2 },
    { side: 7, stride: 1, inputs: 64, outputs: 24, count: 3 },
    { side: 2, stride: 1, inputs: 256, outputs: 256, count: 5 },
    { side: 33, stride: 2, inputs: 24, outputs: 8, count: 1 },
  ] as const)('and at $side pixels, stride $stride, $inputs to $outputs channels', (shape) => {
    expectWithin(computed(pointwise, { ...shape, style: { kind: 'pointwise', activation: 'relu6' } }), exact);
  });
});

describe('the depthwise convolution', () => {
  it('and its gradients follow the definition at any side, stride and width', () => {
    fc.assert(
      fc.property(anyShape, fc.constantFrom(8, 24, 64), (shape, channels) => {
        const style = { ...shape.style, kind: 'depthwise' } as const;
        expectWithin(computed(depthwise, { ...shape, style, inputs: channels, outputs: channels }), exact);
      }),
      { numRuns: 100 },
    );
  });

  // Several bands of rows, the last of them not full.
  it.each(
    [1, 2].flatMap((stride) =>
      [47, 48].flatMap((side) =>
        (['around', 'same'] as const).map((padding) => ({ stride: stride as 1 | 2, side, padding })),
      ),
    ),
  )('and in bands, at $side pixels, stride $stride, zeros $padding', ({ side, stride, padding }) => {
    const style = { kind: 'depthwise', padding, activation: 'relu6' } as const;
    expectWithin(computed(depthwise, { side, stride, inputs: 8, outputs: 8, count: 2, style }), exact);
  });
});

describe('the convolution by Winograd’s tiles', () => {
  it('and its gradients follow the definition at any side and width', () => {
    fc.assert(
      fc.property(anyShape, (shape) => expectWithin(computed(winograd, { ...shape, stride: 1 }), tiled)),
      { numRuns: 60 },
    );
  });

  it.each(largeShapes.filter(({ stride }) => stride === 1))(
    'and at $side pixels, $inputs to $outputs channels',
    (shape) => {
      expectWithin(computed(winograd, shape), tiled);
    },
  );
});
