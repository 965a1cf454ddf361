import type { PixelScaling } from '../../engine/network.js';
import { backboneOf, type Backbone, type InputSizes } from '../contract.js';
import { modelError, quoteName } from '../errors.js';
import type { WeightLookup } from '../tensor.js';
import { assemble } from './assemble.js';
import { type ConvNormActivation, mobileNetV1 } from './conv-norm-activation.js';
import type { ModelJson } from './model-json.js';
import { parseModel } from './parse.js';
import { readTopology } from './topology.js';
import { readWeights, tfjsLookup } from './weights.js';

/** value / 127.5 − 1, the scaling of MobileNets and of most converted models. */
export const MINUS_ONE_TO_ONE: PixelScaling = {
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  shift: [-1, -1, -1],
};

/** A network that halves the image five times reduces 64 pixels to 2. */
export const SIZES: InputSizes = { min: 64, max: 224, step: 32 };

/** A TensorFlow.js layers model. */
export interface TfjsSource {
  name: string;
  /** Content of `model.json`. */
  json: string;
  /** Path or address of `model.json`, for messages. */
  jsonFile: string;
  /** Weight files by their path in `model.json`; complete, as `listShards` says. */
  shards: ReadonlyMap<string, Uint8Array>;
  /** Of the weight files concatenated in the order of `model.json`. */
  sha256: string;
  data: string;
  licence: string | null;
}

/**
 * Builds a backbone from the layers of a TensorFlow.js layers model before its head.
 * @throws InputError when the model is invalid or the engines do not support it.
 */
export function tfjsBackbone({ name, json, jsonFile, shards, sha256, data, licence }: TfjsSource): Backbone {
  const model = parseModel(json, jsonFile);
  const lookup = tfjsLookup(readWeights(model, jsonFile, shards), jsonFile);
  const { layers, weights } = assemble(convolutionsOf(model, lookup, jsonFile), lookup, jsonFile);
  return backboneOf({ name, sha256, data, licence, sizes: SIZES, layers, pixels: MINUS_ONE_TO_ONE, weights });
}

function convolutionsOf(
  { modelTopology }: ModelJson,
  lookup: WeightLookup,
  jsonFile: string,
): ConvNormActivation[] {
  if (modelTopology !== undefined && modelTopology !== null) return readTopology(modelTopology, jsonFile);
  const convolutions = mobileNetV1();
  const absent = convolutions.find(
    ({ name, kind }) => !lookup.has(name, kind === 'depthwise' ? 'depthwise_kernel' : 'kernel'),
  );
  if (absent === undefined) return convolutions;
  throw modelError(
    jsonFile,
    `has no "modelTopology", and no weights of a layer ${quoteName(absent.name)}: without a topology only MobileNetV1 is supported.`,
    'Convert the model again, with its topology.',
  );
}
