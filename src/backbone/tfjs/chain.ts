/** The layers of a Keras model in the order in which they compute, and their settings. */
import { modelError, layerError, quoteName } from '../errors.js';
import type { KerasLayer, KerasModel, KerasTopology, LayerConfig } from './model-json.js';
import { isKerasModel } from './parse.js';

const MODEL_CLASSES = ['Model', 'Functional', 'Sequential'];
const MAX_DEPTH = 8;
const SINGLE_CHAIN = 'Use a model that is a single chain of layers, such as MobileNetV1, or omit the model.';

export interface ChainLayer {
  name: string;
  className: string;
  config: LayerConfig;
}

/**
 * Yields the layers from the input on, those of nested models included. It is lazy, so that errors in the head, where
 * the caller stops, do not matter.
 * @throws InputError when the layers do not form a single chain.
 */
export function* chainOf(topology: KerasTopology, file: string): Generator<ChainLayer, void, undefined> {
  const { class_name, config } = topology;
  const wrapped = class_name !== undefined && config !== undefined ? { class_name, config } : undefined;
  const model = topology.model_config ?? wrapped;
  if (model === undefined || !MODEL_CLASSES.includes(model.class_name)) {
    throw modelError(
      file,
      'has a "modelTopology" that is not a Keras Model, Functional or Sequential.',
      'Convert the model from Keras with tensorflowjs_converter --output_format tfjs_layers_model.',
    );
  }
  yield* unfold(model, file, 0);
}

function* unfold(
  { class_name, config }: KerasModel,
  file: string,
  depth: number,
): Generator<ChainLayer, void, undefined> {
  const layers = Array.isArray(config) ? config : config.layers;
  const ordered = class_name === 'Sequential' ? layers : inOrder(layers, file);
  for (const layer of ordered) {
    if (!MODEL_CLASSES.includes(layer.class_name)) yield chainLayer(layer);
    // The schema of model.json checks the outermost model only.
    else if (depth < MAX_DEPTH && isKerasModel(layer)) yield* unfold(layer, file, depth + 1);
    else throw layerError(file, chainLayer(layer), 'is a model without layers, or nested too deeply.');
  }
}

function chainLayer({ name, class_name, config }: KerasLayer): ChainLayer {
  const inConfig = 'name' in config && typeof config.name === 'string' ? config.name : undefined;
  return { name: name ?? inConfig ?? class_name, className: class_name, config };
}

/** The layers of a functional model, each before the only one that uses its output. */
function* inOrder(layers: KerasLayer[], file: string): Generator<KerasLayer, void, undefined> {
  const inputs = new Map(layers.map((layer) => [layer, inputsOf(layer, file)]));
  const starts = layers.filter((layer) => inputs.get(layer)!.length === 0);
  if (starts.length !== 1) {
    throw modelError(file, `has a model with ${starts.length} inputs; only one is supported.`, SINGLE_CHAIN);
  }
  const consumers = consumersOf(inputs);
  let [layer] = starts as [KerasLayer | undefined];
  for (let step = 0; layer !== undefined; step++) {
    const current = chainLayer(layer);
    if (inputs.get(layer)!.length > 1 || step === layers.length) {
      throw layerError(file, current, 'has several inputs, or is used more than once.', SINGLE_CHAIN);
    }
    yield layer;
    const next: KerasLayer[] = consumers.get(current.name) ?? [];
    if (next.length > 1) {
      const names = next.slice(0, 3).map((consumer) => quoteName(chainLayer(consumer).name));
      throw layerError(
        file,
        current,
        `is the input of ${next.length} layers: ${names.join(', ')}.`,
        SINGLE_CHAIN,
      );
    }
    layer = next[0];
  }
}

function consumersOf(inputs: ReadonlyMap<KerasLayer, string[]>): Map<string, KerasLayer[]> {
  const consumers = new Map<string, KerasLayer[]>();
  for (const [layer, names] of inputs) {
    for (const name of names) {
      const known = consumers.get(name);
      if (known === undefined) consumers.set(name, [layer]);
      else known.push(layer);
    }
  }
  return consumers;
}

/** Names of the input layers, as Keras 2 writes them: `[[["name", 0, 0, {}]]]`, or without the inner list. */
function inputsOf(layer: KerasLayer, file: string): string[] {
  return (layer.inbound_nodes ?? []).flatMap((call) => {
    const inputs: unknown[] = Array.isArray(call) ? call : [call];
    if (typeof inputs[0] === 'string') return [inputs[0]];
    return inputs.map((input) => {
      if (Array.isArray(input) && typeof input[0] === 'string') return input[0];
      throw layerError(
        file,
        chainLayer(layer),
        'is not connected in the format of Keras 2.',
        'Save the model with Keras 2 (the package tf-keras) and convert it again.',
      );
    });
  });
}

/** Typed access to a layer's settings; a value of another type is an InputError that names the layer. */
export interface LayerSettings {
  /** The value, or Keras' default. */
  text(key: string, fallback: string): string;
  flag(key: string, fallback: boolean): boolean;
  /** null: null or absent. */
  number(key: string): number | null;
  /** One number for both axes; `[a, b]` with a ≠ b is an error. */
  square(key: string, fallback: number): number;
  raw(key: string): unknown;
}

export function settingsOf(layer: ChainLayer, file: string): LayerSettings {
  const raw = (key: string): unknown => (layer.config as Record<string, unknown>)[key] ?? null;
  const invalid = (key: string) =>
    layerError(file, layer, `has the unsupported value ${printable(raw(key))} for "${key}".`);
  const read = <T>(key: string, is: (value: unknown) => value is T, fallback: T): T => {
    const value = raw(key);
    if (value === null) return fallback;
    if (is(value)) return value;
    throw invalid(key);
  };
  return {
    raw,
    text: (key, fallback) => read(key, (value) => typeof value === 'string', fallback),
    flag: (key, fallback) => read(key, (value) => typeof value === 'boolean', fallback),
    number: (key) => read<number | null>(key, (value) => typeof value === 'number', null),
    square: (key, fallback) => {
      const sides = [raw(key) ?? fallback].flat();
      const [side] = sides;
      if (typeof side === 'number' && sides.every((other) => other === side)) return side;
      throw invalid(key);
    },
  };
}

/** Nested values are not printed, because JSON.stringify could overflow the stack. */
function printable(value: unknown): string {
  const parts = [value].flat();
  if (parts.some((part) => typeof part === 'object' && part !== null)) return '(nested)';
  return JSON.stringify(value).slice(0, 60);
}
