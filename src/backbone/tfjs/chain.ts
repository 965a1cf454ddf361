import type { KerasLayer, KerasModel, KerasTopology, LayerConfig } from './model.js';
import { isKerasModel } from './parse.js';
import { quote, refuse, refuseLayer } from './refuse.js';

const MODELS = ['Model', 'Functional', 'Sequential'];
const DEEPEST = 8;

const ONE_CHAIN = 'Take a model that is one chain of layers, such as MobileNetV1, or leave the model out.';

/** A layer of the chain, in the order in which it computes. */
export interface ChainLayer {
  name: string;
  className: string;
  config: LayerConfig;
}

/**
 * The layers from the input on, one at a time: who stops early is not told what is wrong further on. Models within
 * the model are unfolded.
 * @throws InputError when the layers do not follow one another in a single chain.
 */
export function* chainOf(topology: KerasTopology, file: string): Generator<ChainLayer, void, undefined> {
  const { class_name, config } = topology;
  const wrapped = class_name !== undefined && config !== undefined ? { class_name, config } : undefined;
  const model = topology.model_config ?? wrapped;
  if (model === undefined || !MODELS.includes(model.class_name)) {
    throw refuse(
      file,
      'has a "modelTopology" that is no Model, Functional or Sequential of Keras.',
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
    if (!MODELS.includes(layer.class_name)) yield described(layer);
    // The schema of model.json looks at the outermost model only.
    else if (depth < DEEPEST && isKerasModel(layer)) yield* unfold(layer, file, depth + 1);
    else
      throw refuseLayer(file, described(layer), 'is a model that has no list of layers, or lies too deep.');
  }
}

function described({ name, class_name, config }: KerasLayer): ChainLayer {
  const inConfig = 'name' in config && typeof config.name === 'string' ? config.name : undefined;
  return { name: name ?? inConfig ?? class_name, className: class_name, config };
}

/** A functional model's layers, each before the only one that reads it. */
function* inOrder(layers: KerasLayer[], file: string): Generator<KerasLayer, void, undefined> {
  const sources = new Map(layers.map((layer) => [layer, sourcesOf(layer, file)]));
  const starts = layers.filter((layer) => sources.get(layer)!.length === 0);
  if (starts.length !== 1) {
    throw refuse(file, `has a model with ${starts.length} inputs; only one is read.`, ONE_CHAIN);
  }
  const readers = readersOf(sources);
  let [layer] = starts as [KerasLayer | undefined];
  for (let step = 0; layer !== undefined; step++) {
    const here = described(layer);
    if (sources.get(layer)!.length > 1 || step === layers.length) {
      throw refuseLayer(file, here, 'reads several layers, or is used more than once.', ONE_CHAIN);
    }
    yield layer;
    const next: KerasLayer[] = readers.get(here.name) ?? [];
    if (next.length > 1) {
      const names = next.slice(0, 3).map((reader) => quote(described(reader).name));
      throw refuseLayer(file, here, `is read by ${next.length} layers: ${names.join(', ')}.`, ONE_CHAIN);
    }
    layer = next[0];
  }
}

function readersOf(sources: ReadonlyMap<KerasLayer, string[]>): Map<string, KerasLayer[]> {
  const readers = new Map<string, KerasLayer[]>();
  for (const [layer, names] of sources) {
    for (const name of names) {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [layer]);
      else known.push(layer);
    }
  }
  return readers;
}

/** Names of the layers that it reads, as Keras 2 writes them: `[[["name", 0, 0, {}]]]`, or without the inner list. */
function sourcesOf(layer: KerasLayer, file: string): string[] {
  return (layer.inbound_nodes ?? []).flatMap((call) => {
    const inputs: unknown[] = Array.isArray(call) ? call : [call];
    if (typeof inputs[0] === 'string') return [inputs[0]];
    return inputs.map((input) => {
      if (Array.isArray(input) && typeof input[0] === 'string') return input[0];
      throw refuseLayer(
        file,
        described(layer),
        'is connected in a form that is not Keras 2’s.',
        'Save the model with Keras 2 (the package tf-keras) and convert it again.',
      );
    });
  });
}
