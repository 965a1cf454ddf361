import { describe, expect, it } from '@jest/globals';
import { safetensorsBackbone } from '../../../src/backbone/safetensors/backbone.js';
import { refusal } from '../tfjs/synthetic.js';
import { CONFIGS, MODULES, STRIDES, torchTensors } from './torch-model.js';
import { safetensors, type Written } from './written.js';

type Library = keyof typeof MODULES;
const libraries = Object.keys(MODULES) as Library[];

function read(config: unknown, tensors: Record<string, Written>) {
  return safetensorsBackbone({
    name: 'net',
    config: typeof config === 'string' ? config : JSON.stringify(config),
    configFile: 'net/config.json',
    weights: safetensors(tensors),
    weightsFile: 'net/model.safetensors',
    sha256: 'a'.repeat(64),
    data: 'nothing',
    licence: null,
  });
}
const values = ({ bytes }: Written) => new Float32Array(new Uint8Array(bytes).buffer);

describe.each(libraries)('MobileNetV1 as %s saves it', (library) => {
  const tensors = torchTensors(library);
  const { layers, weights, blocks, sha256 } = read(CONFIGS[library], tensors);

  it('has its layers in order', () => {
    expect(layers.map(({ name }) => name)).toEqual(MODULES[library].map(([convolution]) => convolution));
    expect(layers.map(({ kind }) => kind)).toEqual([
      'plain',
      ...Array.from({ length: 13 }, () => ['depthwise', 'pointwise']).flat(),
    ]);
    expect(layers.map(({ stride }) => stride)).toEqual(STRIDES);
    expect(layers.at(-1)).toMatchObject({ inputs: 8, outputs: 16, activation: 'relu6' });
    expect({ blocks, sha256 }).toEqual({ blocks: 5, sha256: 'a'.repeat(64) });
  });

  it.each([0, 1, 2, 26])('has the norm in the kernel, and the kernel in our order: layer %i', (index) => {
    const [convolution, norm] = MODULES[library][index];
    const stored = tensors[`${convolution}.weight`];
    const [outputs, inputs, rows, columns] = stored.shape;
    const part = (name: string) => values(tensors[`${norm}.${name}`]);
    const epsilon = library === 'timm' ? 1e-5 : 1e-3;
    const factor = (output: number) =>
      part('weight')[output] / Math.sqrt(part('running_var')[output] + epsilon);
    const kernel = weights.get(`${convolution}/kernel`)!;
    const bias = weights.get(`${convolution}/bias`)!;
    const at = (output: number, input: number, row: number, column: number) =>
      values(stored)[((output * inputs + input) * rows + row) * columns + column];
    for (let output = 0; output < outputs; output++) {
      expect(bias[output]).toBeCloseTo(
        part('bias')[output] - part('running_mean')[output] * factor(output),
        5,
      );
      for (let input = 0; input < inputs; input++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const place = ((row * columns + column) * inputs + input) * outputs + output;
            expect(kernel[place]).toBeCloseTo(at(output, input, row, column) * factor(output), 5);
          }
        }
      }
    }
  });

  it('is the same with the prefix of a whole model', () => {
    if (library !== 'transformers') return;
    expect(read(CONFIGS[library], torchTensors(library, 'mobilenet_v1.')).weights).toEqual(weights);
  });
});

describe('a model in safetensors', () => {
  const transformers = torchTensors('transformers');
  const paddings = (config: unknown, tensors: Record<string, Written>) =>
    new Set(read(config, tensors).layers.map(({ padding }) => padding));

  it('pads as the library that trained it', () => {
    expect(paddings(CONFIGS.transformers, transformers)).toEqual(new Set(['same']));
    expect(paddings({ ...CONFIGS.transformers, tf_padding: false }, transformers)).toEqual(
      new Set(['around']),
    );
    expect(paddings(CONFIGS.timm, torchTensors('timm'))).toEqual(new Set(['around']));
  });

  it('is fed as timm says, else from −1 to 1', () => {
    const { pixels } = read(CONFIGS.timm, torchTensors('timm'));
    expect(pixels!.scale.map((scale) => scale * 255)).toEqual([4, 2, 2]);
    expect(pixels!.shift[0]).toBeCloseTo(-2);
    expect(pixels!.shift[2]).toBeCloseTo(-0.6);
    expect(read(CONFIGS.transformers, transformers).pixels).toEqual({
      scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
      shift: [-1, -1, -1],
    });
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'net/config.json: is not valid JSON.'],
    ['a list', [], 'net/config.json: is not the config.json of a model.'],
    ['a wrong setting', { model_type: 7 }, 'net/config.json: is not the config.json of a model: /model_type'],
    [
      'a standard deviation of 0',
      { ...CONFIGS.timm, pretrained_cfg: { mean: [0, 0, 0], std: [1, 0, 1] } },
      '/pretrained_cfg/std/1',
    ],
    ['nothing said', {}, 'net/config.json: has neither a "model_type" nor an "architecture"'],
    [
      'another architecture',
      { model_type: 'resnet' },
      'is of the architecture "resnet", which is not supported',
    ],
    [
      'timm’s others',
      { architecture: 'mobilenetv3_small_100' },
      '"mobilenetv3_small_100", which is not supported',
    ],
    [
      'another activation',
      { ...CONFIGS.transformers, hidden_act: 'gelu' },
      'net/config.json: has the activation "gelu"; only relu and relu6 are',
    ],
  ])('is refused with a config of %s', (_, config, message) => {
    expect(refusal(() => read(config, transformers))).toContain(message);
  });

  it('is refused when its weights are of another model', () => {
    const { 'layer.3.convolution.weight': taken, ...others } = transformers;
    expect(taken.shape).toEqual([8, 8, 1, 1]);
    expect(refusal(() => read(CONFIGS.transformers, others))).toMatch(
      /^net\/model\.safetensors: has no tensor "layer\.3\.convolution\.weight"/,
    );
    const wrong = { ...transformers, 'layer.3.convolution.weight': { ...taken, shape: [4, 16, 1, 1] } };
    expect(refusal(() => read(CONFIGS.transformers, wrong))).toContain(
      '"layer.3.convolution.weight" as [1, 1, 16, 4], but its layer needs [1, 1, 8, any]',
    );
    expect(refusal(() => read(CONFIGS.timm, transformers))).toContain('has no tensor "conv_stem.weight"');
  });
});
