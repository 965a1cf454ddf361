import type { PixelScaling } from '../../engine/network.js';
import { backboneOf, type Backbone } from '../contract.js';
import { assemble } from './assemble.js';
import { lookupIn, type Lookup } from './lookup.js';
import { mobilenetStages } from './mobilenet.js';
import type { ModelJson } from './model.js';
import { parseModel } from './parse.js';
import { quote, refuse } from './refuse.js';
import type { Stage } from './stage.js';
import { stagesOf } from './stages.js';
import { readWeights } from './weights.js';

/** value / 127.5 − 1: what MobileNets are trained with, and most converted models. */
export const MINUS_ONE_TO_ONE: PixelScaling = {
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  shift: [-1, -1, -1],
};

/** A TensorFlow.js layers model as it was downloaded or found. */
export interface TfjsSource {
  name: string;
  /** Text of `model.json`. */
  json: string;
  /** Path or address of `model.json` as the user knows it. */
  jsonFile: string;
  /** Bytes of a weight file by its path in `model.json`; undefined: there is none. */
  shard: (path: string) => Uint8Array | undefined;
  /** Of all weight files joined in the order of `model.json`; without it any weights are taken. */
  sha256?: string;
  /** What the model was trained on. */
  data: string;
  licence: string | null;
  /** Without it: −1 to 1. */
  preprocessing?: PixelScaling;
}

/** A network that halves the image five times has two pixels a side left of 64. */
export const SIZES = { least: 64, most: 224, step: 32 };

/**
 * The features of a TensorFlow.js layers model as a backbone.
 * @throws InputError naming the file and a remedy when the model is not whole, not as expected, or none that our
 * engines compute.
 */
export function tfjsBackbone(source: TfjsSource): Backbone {
  const { name, jsonFile, data, licence, preprocessing = MINUS_ONE_TO_ONE } = source;
  const model = parseModel(source.json, jsonFile);
  const { tensors, sha256 } = readWeights(model, jsonFile, source.shard, source.sha256);
  const lookup = lookupIn(tensors, jsonFile);
  const { layers, weights } = assemble(stagesFor(model, lookup, jsonFile), lookup, jsonFile);
  return backboneOf({ name, sha256, data, licence, sizes: SIZES, layers, pixels: preprocessing, weights });
}

function stagesFor({ modelTopology }: ModelJson, lookup: Lookup, jsonFile: string): Stage[] {
  if (modelTopology !== undefined && modelTopology !== null) return stagesOf(modelTopology, jsonFile);
  const stages = mobilenetStages();
  const absent = stages.find(
    ({ name, kind }) => !lookup.has(name, kind === 'depthwise' ? 'depthwise_kernel' : 'kernel'),
  );
  if (absent === undefined) return stages;
  throw refuse(
    jsonFile,
    `has no "modelTopology", and no weights of a layer ${quote(absent.name)}: without a topology only MobileNetV1 is known.`,
    'Convert the model again, with its topology.',
  );
}
