import { tfjsBackbone, type TfjsSource } from '../../../src/backbone/tfjs/backbone.js';
import type { Backbone } from '../../../src/backbone/contract.js';
import { InputError } from '../../../src/problem.js';
import { numbers } from '../../contract/case.js';

/** A Keras layer in model.json, and the shapes of its weights by part. */
export interface Layer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  weights: Record<string, number[]>;
}

export function layer(class_name: string, name: string, config: object = {}, weights = {}): Layer {
  return { class_name, name, config: { name, ...config }, weights };
}

export const input = (name = 'input_1') =>
  layer('InputLayer', name, { batch_input_shape: [null, 64, 64, 3] });

/** 3x3, `same`, without bias, unless `config` says otherwise. */
export function conv(
  name: string,
  inputs: number,
  filters: number,
  config: Record<string, unknown> = {},
): Layer {
  const all = { filters, kernel_size: [3, 3], strides: [1, 1], padding: 'same', use_bias: false, ...config };
  const side = [all.kernel_size].flat()[0];
  return layer('Conv2D', name, all, {
    kernel: [side, side, inputs, filters],
    ...(all.use_bias ? { bias: [filters] } : {}),
  });
}

export function depthwise(name: string, channels: number, config: Record<string, unknown> = {}): Layer {
  const all = { kernel_size: [3, 3], strides: [1, 1], padding: 'same', use_bias: false, ...config };
  return layer('DepthwiseConv2D', name, all, { depthwise_kernel: [3, 3, channels, 1] });
}

export function norm(name: string, channels: number, config: Record<string, unknown> = {}): Layer {
  const all = { axis: -1, epsilon: 0.001, scale: true, center: true, ...config };
  const parts = [
    'moving_mean',
    'moving_variance',
    ...(all.scale ? ['gamma'] : []),
    ...(all.center ? ['beta'] : []),
  ];
  return layer('BatchNormalization', name, all, Object.fromEntries(parts.map((part) => [part, [channels]])));
}

export const relu6 = (name: string) => layer('Activation', name, { activation: 'relu6' });
export const relu = (name: string) =>
  layer('ReLU', name, { max_value: null, negative_slope: 0, threshold: 0 });
export const pool = () => layer('GlobalAveragePooling2D', 'pool', { data_format: 'channels_last' });
export const dense = () => layer('Dense', 'predictions', { units: 4 }, { kernel: [16, 4], bias: [4] });

/** A stride-2 convolution and a separable pair, all with batch norm: 8 and 16 wide. */
export const small = (): Layer[] => [
  conv('conv1', 3, 8, { strides: [2, 2] }),
  norm('bn1', 8),
  relu6('relu1'),
  depthwise('dw', 8),
  norm('bn2', 8),
  relu6('relu2'),
  conv('pw', 8, 16, { kernel_size: [1, 1] }),
  norm('bn3', 16),
  relu6('relu3'),
];

/** Each layer's input is the one before it. Keras may list layers in another order. */
export function functional(layers: Layer[], class_name = 'Functional'): object {
  const connected = layers.map(({ class_name, name, config }, index) => ({
    class_name,
    name,
    config,
    inbound_nodes: index === 0 ? [] : [[[layers[index - 1].name, 0, 0, {}]]],
  }));
  return { class_name, config: { name: 'model', layers: connected.reverse() } };
}

/** Without names beside the classes, as Keras writes them. */
export function sequential(layers: Layer[]): object {
  const plain = layers.map(({ class_name, config }) => ({ class_name, config }));
  return { class_name: 'Sequential', config: { name: 'sequential', layers: plain } };
}

export interface Entry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: object;
}

/** Weights of a model and the bytes of their files by path. */
export interface Stored {
  weightsManifest: { paths: string[]; weights: Entry[] }[];
  files: Map<string, Uint8Array>;
}

/** Values of both signs; positive ones for variances. */
export function valuesOf(name: string, shape: number[]): Float32Array {
  const seed = Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 65_521, 7);
  const values = numbers(
    shape.reduce((product, side) => product * side, 1),
    seed,
  );
  return name.endsWith('variance') ? values.map((value) => Math.abs(value) + 0.5) : values;
}

export function entriesOf(layers: Layer[], prefix = ''): Entry[] {
  return layers.flatMap(({ name, weights }) =>
    Object.entries(weights).map(([part, shape]) => ({
      name: `${prefix}${name}/${part}`,
      shape,
      dtype: 'float32',
    })),
  );
}

export function bytesOfFloats(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer.slice(0));
}

/** All weights as float32 in one group, split into files at these bytes. */
export function stored(entries: Entry[], cuts: number[] = []): Stored {
  const bytes = Buffer.concat(entries.map(({ name, shape }) => bytesOfFloats(valuesOf(name, shape))));
  const ends = [...cuts, bytes.length];
  const paths = ends.map((_, index) => `group1-shard${index + 1}of${ends.length}`);
  return {
    weightsManifest: [{ paths, weights: entries }],
    files: new Map(paths.map((path, index) => [path, bytes.subarray(ends[index - 1] ?? 0, ends[index])])),
  };
}

export function read(
  modelTopology: unknown,
  { weightsManifest, files }: Stored,
  changes: Partial<TfjsSource> = {},
): Backbone {
  return tfjsBackbone({
    name: 'small',
    json: JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
    jsonFile: 'models/small/model.json',
    shards: files,
    sha256: '0'.repeat(64),
    data: 'nothing',
    licence: null,
    ...changes,
  });
}

/** Message of the InputError, which must have a single problem with a file and a remedy. */
export function refusal(reading: () => unknown): string {
  const error = thrownBy(reading);
  if (!(error instanceof InputError)) throw error ?? new Error('It was accepted.');
  const [problem, ...others] = error.problems;
  if (others.length > 0 || problem.file === '' || !problem.remedy) throw new Error('No file or no remedy.');
  return error.message;
}

function thrownBy(action: () => unknown): Error | null {
  try {
    action();
    return null;
  } catch (error) {
    return error as Error;
  }
}
