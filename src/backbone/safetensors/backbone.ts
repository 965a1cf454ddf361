import { Ajv } from 'ajv';
import type { PixelScaling } from '../../engine/network.js';
import { safetensorsConfigSchema } from '../../generated/schemas.js';
import { backboneOf, scalingOf, type Backbone } from '../contract.js';
import { modelError, quoteName } from '../errors.js';
import { assemble } from '../tfjs/assemble.js';
import { MINUS_ONE_TO_ONE, SIZES } from '../tfjs/backbone.js';
import { type ConvNormActivation, mobileNetV1 } from '../tfjs/conv-norm-activation.js';
import type { SafetensorsConfig } from './types.js';
import { readSafetensors, torchLookup } from './weights.js';

/** A PyTorch model of a known architecture. */
export interface SafetensorsSource {
  name: string;
  /** Content of `config.json`. */
  config: string;
  /** Path or address of `config.json`, for messages. */
  configFile: string;
  /** The safetensors file. */
  weights: Uint8Array;
  weightsFile: string;
  /** Of the safetensors file. */
  sha256: string;
  data: string;
  licence: string | null;
}

/** Prefix of the weights if a complete classifier was saved, not only its backbone. */
const CLASSIFIER_PREFIX = 'mobilenet_v1.';
/** Pairs of depthwise and pointwise layers in each of timm's stages. */
const TIMM_STAGES = [1, 2, 2, 6, 2];
const SUPPORTED =
  'Supported is MobileNetV1 as saved by Transformers (mobilenet_v1) and timm (mobilenetv1_…). Convert other models to a TF.js layers model.';

const isConfig = new Ajv({ strict: false }).compile<SafetensorsConfig>(safetensorsConfigSchema);

/**
 * Builds a backbone from a PyTorch model.
 * @throws InputError when its files are invalid or its architecture is not supported.
 */
export function safetensorsBackbone(source: SafetensorsSource): Backbone {
  const { name, sha256, data, licence, configFile, weightsFile } = source;
  const config = parseConfig(source.config, configFile);
  const convolutions = convolutionsOf(config, configFile);
  const tensors = readSafetensors(source.weights, weightsFile);
  const isClassifier = [...tensors.keys()].some((tensor) => tensor.startsWith(CLASSIFIER_PREFIX));
  const lookup = torchLookup(tensors, isClassifier ? CLASSIFIER_PREFIX : '', weightsFile);
  const { layers, weights } = assemble(convolutions, lookup, weightsFile);
  return backboneOf({ name, sha256, data, licence, sizes: SIZES, layers, pixels: pixelsOf(config), weights });
}

function parseConfig(text: string, file: string): SafetensorsConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw modelError(file, 'is not valid JSON.', 'Check that the download is complete.');
  }
  if (isConfig(value)) return value;
  const path = isConfig.errors?.[0]?.instancePath.slice(0, 100) ?? '';
  throw modelError(
    file,
    `is not the config.json of a model${path === '' ? '' : `: ${path} is invalid`}.`,
    'Use the file that comes with the weights.',
  );
}

/** timm saves the pixel scaling; all MobileNets of Transformers take −1 to 1. */
function pixelsOf({ pretrained_cfg: { mean, std } = {} }: SafetensorsConfig): PixelScaling {
  return mean === undefined || std === undefined ? MINUS_ONE_TO_ONE : scalingOf(mean, std);
}

/** Names of the modules of a convolution and of the batch norm after it. */
interface ModuleNames {
  convolution: string;
  norm: string;
}

/**
 * MobileNetV1 with the module names of the library that saved it.
 * @throws InputError when the config is of another architecture.
 */
function convolutionsOf(config: SafetensorsConfig, file: string): ConvNormActivation[] {
  if (config.model_type === 'mobilenet_v1') {
    const {
      tf_padding: isPaddedAsTensorFlow = true,
      hidden_act: activation = 'relu6',
      layer_norm_eps: epsilon = 1e-3,
    } = config;
    if (activation !== 'relu' && activation !== 'relu6') {
      const message = `has the activation ${quoteName(activation)}; only relu and relu6 are supported.`;
      throw modelError(file, message, SUPPORTED);
    }
    const padding = isPaddedAsTensorFlow ? 'same' : 'around';
    return withNames(transformersModules(), { epsilon, activation, padding });
  }
  if (/^mobilenetv1_/.test(config.architecture ?? '')) {
    return withNames(timmModules(), { epsilon: 1e-5, activation: 'relu6', padding: 'around' });
  }
  const other = config.model_type ?? config.architecture;
  throw modelError(
    file,
    other === undefined
      ? 'has neither a "model_type" nor an "architecture".'
      : `is of the architecture ${quoteName(other)}, which is not supported in safetensors.`,
    SUPPORTED,
  );
}

function withNames(
  modules: readonly ModuleNames[],
  { epsilon, ...shared }: Pick<ConvNormActivation, 'activation' | 'padding'> & { epsilon: number },
): ConvNormActivation[] {
  return mobileNetV1().map((convolution, index) => ({
    ...convolution,
    ...shared,
    name: modules[index].convolution,
    norm: { name: modules[index].norm, epsilon, scale: true, center: true },
  }));
}

/** transformers/models/mobilenet_v1/modeling_mobilenet_v1.py */
function transformersModules(): ModuleNames[] {
  const layers = ['conv_stem', ...Array.from({ length: 26 }, (_, index) => `layer.${index}`)];
  return layers.map((layer) => ({ convolution: `${layer}.convolution`, norm: `${layer}.normalization` }));
}

/** timm/models/efficientnet.py, `_gen_mobilenet_v1` */
function timmModules(): ModuleNames[] {
  const blocks = TIMM_STAGES.flatMap((pairs, stage) =>
    Array.from({ length: pairs }, (_, pair) => `blocks.${stage}.${pair}`),
  );
  return [
    { convolution: 'conv_stem', norm: 'bn1' },
    ...blocks.flatMap((block) => [
      { convolution: `${block}.conv_dw`, norm: `${block}.bn1` },
      { convolution: `${block}.conv_pw`, norm: `${block}.bn2` },
    ]),
  ];
}
