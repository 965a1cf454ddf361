import { mobilenetStages } from '../tfjs/mobilenet.js';
import { quote, refuse } from '../tfjs/refuse.js';
import type { Stage } from '../tfjs/stage.js';
import type { SafetensorsConfig } from './model.js';

/** Pairs of depthwise and pointwise layers in each of timm's stages. */
const TIMM_STAGES = [1, 2, 2, 6, 2];

/** A convolution and the batch norm after it, as the modules are called. */
interface Modules {
  convolution: string;
  norm: string;
}

/**
 * MobileNetV1 under the names of the library that saved it.
 * @throws InputError when the config describes another architecture.
 */
export function savedStages(config: SafetensorsConfig, file: string): Stage[] {
  if (config.model_type === 'mobilenet_v1') {
    const {
      tf_padding: asTensorflow = true,
      hidden_act: activation = 'relu6',
      layer_norm_eps: epsilon = 1e-3,
    } = config;
    if (activation !== 'relu' && activation !== 'relu6') {
      throw refuse(file, `has the activation ${quote(activation)}; relu and relu6 are read.`, ONLY);
    }
    return named(transformersModules(), { epsilon, activation, padding: asTensorflow ? 'same' : 'around' });
  }
  if (/^mobilenetv1_/.test(config.architecture ?? '')) {
    return named(timmModules(), { epsilon: 1e-5, activation: 'relu6', padding: 'around' });
  }
  const other = config.model_type ?? config.architecture;
  throw refuse(
    file,
    other === undefined
      ? 'names no architecture, neither as "model_type" nor as "architecture".'
      : `describes the architecture ${quote(other)}, which is not read from safetensors.`,
    ONLY,
  );
}

const ONLY =
  'MobileNetV1 is read, as Transformers (mobilenet_v1) and timm (mobilenetv1_…) save it; convert others to a TF.js layers model.';

function named(
  modules: readonly Modules[],
  { epsilon, ...shared }: Pick<Stage, 'activation' | 'padding'> & { epsilon: number },
): Stage[] {
  return mobilenetStages().map((stage, index) => ({
    ...stage,
    ...shared,
    name: modules[index].convolution,
    norm: { name: modules[index].norm, epsilon, scale: true, center: true },
  }));
}

/** transformers/models/mobilenet_v1/modeling_mobilenet_v1.py */
function transformersModules(): Modules[] {
  const layers = ['conv_stem', ...Array.from({ length: 26 }, (_, index) => `layer.${index}`)];
  return layers.map((layer) => ({ convolution: `${layer}.convolution`, norm: `${layer}.normalization` }));
}

/** timm/models/efficientnet.py, `_gen_mobilenet_v1` */
function timmModules(): Modules[] {
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
