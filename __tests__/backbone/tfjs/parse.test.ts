import { describe, expect, it } from '@jest/globals';
import { parseModel } from '../../../src/backbone/tfjs/parse.js';
import { refusal } from './synthetic.js';

const parse = (value: unknown) => parseModel(JSON.stringify(value), 'model.json');
const weightsManifest = [{ paths: ['a'], weights: [{ name: 'w', shape: [1], dtype: 'float32' }] }];
const withEntry = (changes: object) => ({
  weightsManifest: [{ paths: ['a'], weights: [{ ...weightsManifest[0].weights[0], ...changes }] }],
});

describe('model.json', () => {
  it('may contain more than is supported', () => {
    const value = {
      format: 'layers-model',
      generatedBy: 'keras v2.4.0',
      convertedBy: 'TensorFlow.js Converter v3.18.0',
      modelTopology: null,
      trainingConfig: { loss: 'mse' },
      weightsManifest,
    };
    expect(parse(value)).toEqual(value);
  });

  it.each([
    ['by its format', { format: 'graph-model', modelTopology: {}, weightsManifest }],
    ['by its nodes', { modelTopology: { node: [], versions: {} }, weightsManifest }],
    ['before anything else is checked', { format: 'graph-model', weightsManifest: [{ dtype: 'string' }] }],
  ])('is refused when it is a graph model, known %s', (_, value) => {
    expect(refusal(() => parse(value))).toMatch(
      /^model\.json: is a graph model.*tensorflowjs_converter --input_format keras/,
    );
  });

  it.each<[string, unknown, string]>([
    ['no object', [], 'it must be object.'],
    ['without weights', { modelTopology: null }, "it must have required property 'weightsManifest'."],
    ['with no group', { weightsManifest: [] }, '/weightsManifest must NOT have fewer than 1 items.'],
    [
      'with an unknown type',
      withEntry({ dtype: 'complex64' }),
      'one of the allowed values (float32, int32).',
    ],
    ['with half a side', withEntry({ shape: [1.5] }), '/weights/0/shape/0 must be integer.'],
    ['with a negative side', withEntry({ shape: [-1] }), '/weights/0/shape/0 must be >= 0.'],
    ['with many sides', withEntry({ shape: Array(9).fill(1) }), 'must NOT have more than 8 items.'],
    ['with an unknown packing', withEntry({ quantization: { dtype: 'int4' } }), '(uint8, uint16, float16).'],
    [
      'with a layer that is none',
      { modelTopology: { config: { layers: [1] } }, weightsManifest },
      'must be object.',
    ],
  ])('is refused when it is %s', (_, value, message) => {
    const said = refusal(() => parse(value));
    expect(said).toMatch(/^model\.json: is not the model\.json of a TensorFlow\.js layers model: /);
    expect(said).toContain(message);
  });

  it('is refused when it is not JSON', () => {
    expect(refusal(() => parseModel('{"weights', 'a/model.json'))).toMatch(
      /^a\/model\.json: is not valid JSON\./,
    );
  });

  it('is refused when a number is beyond all numbers', () => {
    const json = JSON.stringify(withEntry({ quantization: { dtype: 'uint8', scale: 2, min: 3 } }));
    expect(refusal(() => parseModel(json.replace('2,', '1e999,'), 'model.json'))).toContain(
      'scale must be number',
    );
  });
});
