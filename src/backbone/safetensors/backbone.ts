import { Ajv } from 'ajv';
import type { PixelScaling } from '../../engine/network.js';
import { safetensorsConfigSchema } from '../../generated/schemas.js';
import { backboneOf, type Backbone } from '../contract.js';
import { assemble } from '../tfjs/assemble.js';
import { MINUS_ONE_TO_ONE, SIZES } from '../tfjs/backbone.js';
import { refuse } from '../tfjs/refuse.js';
import { torchLookup } from './lookup.js';
import { savedStages } from './mobilenet.js';
import type { SafetensorsConfig } from './model.js';
import { readSafetensors, type SafeTensor } from './read.js';

/** A PyTorch model of a known architecture as it was downloaded or found. */
export interface SafetensorsSource {
  name: string;
  /** Text of `config.json`. */
  config: string;
  /** Path or address of `config.json` as the user knows it. */
  configFile: string;
  /** The safetensors file. */
  weights: Uint8Array;
  weightsFile: string;
  /** Of the safetensors file. */
  sha256: string;
  data: string;
  licence: string | null;
}

/** Prefix of the weights where a whole classifier was saved, and not its backbone alone. */
const WHOLE_MODEL = 'mobilenet_v1.';

const isConfig = new Ajv({ strict: false }).compile<SafetensorsConfig>(safetensorsConfigSchema);

/**
 * The features of a PyTorch model as a backbone: convolutions turned to our order, batch norm folded in.
 * @throws InputError naming the file and a remedy when the files are not whole, or the architecture is none that is
 * known.
 */
export function safetensorsBackbone(source: SafetensorsSource): Backbone {
  const { name, sha256, data, licence, configFile, weightsFile } = source;
  const config = configOf(source.config, configFile);
  const stages = savedStages(config, configFile);
  const tensors = readSafetensors(source.weights, weightsFile);
  const lookup = torchLookup(tensors, prefixOf(tensors), weightsFile);
  const { layers, weights } = assemble(stages, lookup, weightsFile);
  return backboneOf({ name, sha256, data, licence, sizes: SIZES, layers, pixels: pixelsOf(config), weights });
}

function configOf(text: string, file: string): SafetensorsConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(file, 'is not valid JSON.', 'Check that it was downloaded whole.');
  }
  if (isConfig(value)) return value;
  const where = isConfig.errors?.[0]?.instancePath.slice(0, 100) ?? '';
  throw refuse(
    file,
    `is not the config.json of a model${where === '' ? '' : `: ${where} is not as it should be`}.`,
    'Take the file as it lies beside the weights.',
  );
}

function prefixOf(tensors: ReadonlyMap<string, SafeTensor>): string {
  return [...tensors.keys()].some((name) => name.startsWith(WHOLE_MODEL)) ? WHOLE_MODEL : '';
}

/** timm writes how pixels enter; the MobileNets of Transformers are all fed −1 to 1. */
function pixelsOf({ pretrained_cfg: { mean, std } = {} }: SafetensorsConfig): PixelScaling {
  if (mean === undefined || std === undefined) return MINUS_ONE_TO_ONE;
  const of = (value: (channel: number) => number): [number, number, number] => [value(0), value(1), value(2)];
  return {
    scale: of((channel) => 1 / (255 * std[channel])),
    shift: of((channel) => -mean[channel] / std[channel]),
  };
}
