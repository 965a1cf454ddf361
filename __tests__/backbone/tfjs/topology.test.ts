import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MINUS_ONE_TO_ONE } from '../../../src/backbone/tfjs/backbone.js';
import type { ConvLayer } from '../../../src/engine/network.js';
import {
  conv,
  dense,
  depthwise,
  entriesOf,
  functional,
  input,
  layer,
  norm,
  pool,
  read,
  refusal,
  relu,
  relu6,
  sequential,
  small,
  stored,
  valuesOf,
  type Layer,
} from './synthetic.js';

const whole = [input(), ...small(), pool(), dense()];
const weights = stored(entriesOf(whole));
const expected = read(functional(whole), weights);

/** The network's layers of a functional model, whatever its head. */
const layersOf = (layers: Layer[]): ConvLayer[] =>
  read(functional([input(), ...layers, pool()]), stored(entriesOf(layers))).network(64, 2).layers;
/** Why a functional model is refused. */
const why = (...layers: Layer[]): string =>
  refusal(() => read(functional([input(), ...layers]), stored(entriesOf(layers))));

describe('a layers model', () => {
  it('becomes a backbone', () => {
    const style = { padding: 'same', activation: 'relu6' };
    const network = expected.network(96, 5);
    expect(network).toEqual({
      name: 'small',
      size: 96,
      classes: 5,
      pixels: MINUS_ONE_TO_ONE,
      layers: [
        { name: 'conv1', kind: 'plain', inputs: 3, outputs: 8, stride: 2, block: 0, ...style },
        {
          name: 'dw',
          kind: 'depthwise',
          inputs: 8,
          outputs: 8,
          stride: 1,
          block: 1,
          pooled: false,
          ...style,
        },
        { name: 'pw', kind: 'pointwise', inputs: 8, outputs: 16, stride: 1, block: 1, ...style },
      ],
    });
    expect(expected).toMatchObject({ name: 'small', data: 'nothing', licence: null, blocks: 2 });
    expect([...expected.weights].map(([name, { length }]) => [name, length])).toEqual([
      ['conv1/kernel', 216],
      ['conv1/bias', 8],
      ['dw/kernel', 72],
      ['dw/bias', 8],
      ['pw/kernel', 128],
      ['pw/bias', 16],
    ]);
  });

  const nested = functional([input(), ...small(), pool()], 'Model') as Layer;
  it.each<[string, unknown]>([
    ['functional, as older Keras calls it', functional(whole, 'Model')],
    [
      'functional, in what the converter wraps around it',
      { model_config: functional(whole), backend: 'tensorflow' },
    ],
    ['functional, without a head', functional([input(), ...small()])],
    ['sequential', sequential(whole)],
    ['sequential, without a layer for the input', sequential(whole.slice(1))],
    ['sequential, a bare list', { class_name: 'Sequential', config: whole }],
    [
      'sequential, with dropout',
      sequential([...small().slice(0, 3), layer('Dropout', 'd'), ...small().slice(3)]),
    ],
    ['sequential, of a functional one and a head', sequential([nested, dense()])],
    [
      'functional, with the functional one inside',
      functional([input('outer'), { ...nested, name: 'inner' }, dense()]),
    ],
  ])('is read when it is %s', (_, topology) => {
    const backbone = read(topology, weights);
    expect(backbone.network(64, 2)).toEqual(expected.network(64, 2));
    expect(backbone.weights).toEqual(expected.weights);
  });

  it('is read with calls that have no inner list', () => {
    const model = functional(whole) as { config: { layers: { inbound_nodes: unknown[] }[] } };
    for (const one of model.config.layers) one.inbound_nodes = one.inbound_nodes.flat();
    expect(read(model, weights).network(64, 2)).toEqual(expected.network(64, 2));
  });

  it.each(['mobilenet/', 'model_1/block/', 'conv1/'])('finds its weights behind the prefix %s', (prefix) => {
    const entries = entriesOf(whole, prefix);
    const { files } = weights;
    const [{ paths }] = weights.weightsManifest;
    const backbone = read(functional(whole), { weightsManifest: [{ paths, weights: entries }], files });
    expect(backbone.weights).toEqual(expected.weights);
  });

  it('finds its weights in any order of the manifest, with TensorFlow’s suffix', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(entriesOf(whole), { minLength: entriesOf(whole).length }),
        (entries) => {
          const { weightsManifest, files } = stored(entries);
          const suffixed = entries.map((entry) => ({ ...entry, name: `${entry.name}:0` }));
          const backbone = read(functional(whole), {
            weightsManifest: [{ ...weightsManifest[0], weights: suffixed }],
            files,
          });
          expect(backbone.weights).toEqual(expected.weights);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('keeps a bias, and gets one of zeros without a norm', () => {
    const layers = [
      conv('a', 3, 8, { use_bias: true, activation: 'relu' }),
      conv('b', 8, 8, { activation: 'relu6', kernel_size: 3, strides: 2 }),
    ];
    const backbone = read(sequential(layers), stored(entriesOf(layers)));
    expect(backbone.weights.get('a/kernel')).toEqual(valuesOf('a/kernel', [3, 3, 3, 8]));
    expect(backbone.weights.get('a/bias')).toEqual(valuesOf('a/bias', [8]));
    expect(backbone.weights.get('b/bias')).toEqual(new Float32Array(8));
    expect(backbone.network(64, 2).layers.map(({ activation }) => activation)).toEqual(['relu', 'relu6']);
  });

  it('folds each norm with its own epsilon, with or without its scale and its center', () => {
    const layers = [
      conv('a', 3, 8, { use_bias: true }),
      norm('n', 8, { epsilon: 0.5, scale: false, center: false, axis: [3] }),
      relu('r'),
    ];
    const backbone = read(sequential(layers), stored(entriesOf(layers)));
    const [mean, variance] = ['moving_mean', 'moving_variance'].map((part) => valuesOf(`n/${part}`, [8]));
    const wanted = valuesOf('a/bias', [8]).map((bias, i) => (bias - mean[i]) / Math.sqrt(variance[i] + 0.5));
    backbone.weights.get('a/bias')!.forEach((bias, i) => expect(bias).toBeCloseTo(wanted[i], 5));
  });

  it.each([
    [[relu6('r')], 'relu6'],
    [[relu('r')], 'relu'],
    [[layer('ReLU', 'r', { max_value: 6 })], 'relu6'],
    [
      [layer('Activation', 'l', { activation: 'linear' }), layer('Activation', 'r', { activation: 'relu' })],
      'relu',
    ],
  ])('knows its activation, form %#', (activation, name) => {
    expect(layersOf([conv('a', 3, 8), norm('n', 8), ...activation])[0].activation).toBe(name);
  });

  const pad = (padding: unknown) => layer('ZeroPadding2D', 'pad', { padding });
  const after = (padding: unknown, config: Record<string, unknown>) =>
    layersOf([pad(padding), conv('a', 3, 8, { padding: 'valid', activation: 'relu', ...config })])[0].padding;
  it('takes zeros below and on the right at stride 2 as TensorFlow’s `same`, and those around as ours', () => {
    const pair = [
      [0, 1],
      [0, 1],
    ];
    expect(after(pair, { strides: [2, 2] })).toBe('same');
    for (const around of [1, [1, 1], pair.map(() => [1, 1])]) {
      expect(after(around, { strides: [2, 2] })).toBe('around');
      expect(after(around, { strides: [1, 1] })).toBe('around');
    }
    const separable = [
      conv('a', 3, 8, { activation: 'relu' }),
      pad(pair),
      depthwise('dw', 8, { padding: 'valid', strides: [2, 2], activation: 'relu' }),
    ];
    expect(layersOf(separable)[1]).toMatchObject({ padding: 'same', stride: 2, block: 1 });
  });

  it('does not take zeros below and on the right where a side may be odd', () => {
    const halvings = (count: number) =>
      Array.from({ length: count }, (_, i) => [
        layer('ZeroPadding2D', `pad${i}`, {
          padding: [
            [0, 1],
            [0, 1],
          ],
        }),
        conv(`c${i}`, i === 0 ? 3 : 8, 8, { padding: 'valid', strides: 2, activation: 'relu' }),
      ]).flat();
    expect(layersOf(halvings(5))).toHaveLength(5);
    expect(why(...halvings(6))).toContain('The layer "c5" (Conv2D) pads only below and on the right');
  });
});

describe('a layers model is refused', () => {
  const open = (config: Record<string, unknown>) => conv('c', 3, 8, { activation: 'relu', ...config });
  const first = open({});
  it.each<[string, Layer[], string]>([
    ['dilated', [open({ dilation_rate: [2, 2] })], '"c" (Conv2D) has a "dilation_rate" other than 1'],
    ['grouped', [open({ groups: 3 })], '"c" (Conv2D) has a "groups" other than 1'],
    ['channels first', [open({ data_format: 'channels_first' })], '"c" (Conv2D) is "channels_first"'],
    ['5x5', [open({ kernel_size: [5, 5] })], '"c" (Conv2D) has a 5x5 kernel; only 3x3 and 1x1 are'],
    [
      '1x3',
      [open({ kernel_size: [1, 3] })],
      '"c" (Conv2D) has the unsupported value [1,3] for "kernel_size"',
    ],
    ['of stride 3', [open({ strides: [3, 3] })], '"c" (Conv2D) has stride 3'],
    ['1x1 of stride 2', [open({ kernel_size: 1, strides: 2 })], '"c" (Conv2D) has stride 2'],
    [
      'of unequal strides',
      [open({ strides: [1, 2] })],
      '"c" (Conv2D) has the unsupported value [1,2] for "strides"',
    ],
    ['unpadded', [open({ padding: 'valid' })], 'has the padding "valid" at stride 1; supported are'],
    ['padded in another way', [open({ padding: 'causal' })], 'has the padding "causal"'],
    [
      'padded twice',
      [layer('ZeroPadding2D', 'z'), open({})],
      'has the padding "same" at stride 1 after ZeroPadding2D',
    ],
    [
      'a pad before a 1x1',
      [layer('ZeroPadding2D', 'z'), open({ kernel_size: 1 })],
      '1x1 kernel after a ZeroPadding2D',
    ],
    [
      'two pads',
      [layer('ZeroPadding2D', 'z'), layer('ZeroPadding2D', 'y')],
      '"y" (ZeroPadding2D) follows another',
    ],
    ['a wide pad', [layer('ZeroPadding2D', 'z', { padding: 3 })], '"z" (ZeroPadding2D) pads by other than'],
    [
      'a pad at the end',
      [first, layer('ZeroPadding2D', 'z')],
      '"z" (ZeroPadding2D) is not followed by a convolution',
    ],
    [
      'no activation',
      [conv('c', 3, 8), norm('n', 8), conv('d', 8, 8)],
      '"c" (Conv2D) is not followed by ReLU',
    ],
    ['no activation at the end', [first, conv('d', 8, 8), pool()], '"d" (Conv2D) is not followed by ReLU'],
    ['another activation', [open({ activation: 'swish' })], '"c" (Conv2D) has the activation "swish"'],
    [
      'a leaky ReLU',
      [conv('c', 3, 8), layer('ReLU', 'r', { negative_slope: 0.1 })],
      '"r" (ReLU) is a ReLU with',
    ],
    ['an activation alone', [first, relu('r')], '"r" (ReLU) is an activation that does not follow'],
    [
      'a norm after the activation',
      [first, norm('n', 8)],
      '"n" (BatchNormalization) does not follow a convolution',
    ],
    [
      'a norm of another axis',
      [conv('c', 3, 8), norm('n', 8, { axis: 1 })],
      '"n" (BatchNormalization) normalizes',
    ],
    [
      'an unknown class',
      [first, layer('MaxPooling2D', 'm')],
      '"m" (MaxPooling2D) is of an unsupported class',
    ],
    [
      'a setting of another type',
      [open({ use_bias: 'yes' })],
      '"c" (Conv2D) has the unsupported value "yes" for "use_bias"',
    ],
    [
      'a setting that lies deep',
      [open({ strides: [[1, 1]] })],
      '"c" (Conv2D) has the unsupported value (nested) for "strides"',
    ],
    [
      'a pad of one side',
      [
        layer('ZeroPadding2D', 'z', {
          padding: [
            [1, 0],
            [1, 0],
          ],
        }),
      ],
      'pads by other than',
    ],
    ['of a width that is not a multiple of 8', [conv('c', 3, 12, { activation: 'relu' })], 'has 12 outputs'],
    ['a depthwise 1x1', [first, depthwise('d', 8, { kernel_size: 1 })], '1x1 kernel; only 3x3 is'],
    [
      'multiplied',
      [first, depthwise('d', 8, { depth_multiplier: 2 })],
      '"d" (DepthwiseConv2D) has a "depth_multiplier" other than 1',
    ],
    [
      'for grey images',
      [conv('c', 1, 8, { activation: 'relu' })],
      '"c" (Conv2D) expects images with 1 channel(s)',
    ],
    [
      'of a name that is taken',
      [conv('head', 3, 8, { activation: 'relu' })],
      '"head" (Conv2D) has a duplicate or reserved name',
    ],
    ['without convolutions', [pool(), dense()], 'has no convolutions before its head'],
  ])('%s', (_, layers, message) => {
    const said = why(...layers);
    expect(said).toMatch(/^models\/small\/model\.json: /);
    expect(said).toContain(message);
  });

  const connected = (name: string, ...sources: string[]) => ({
    ...layer('Add', name),
    inbound_nodes: [sources.map((source) => [source, 0, 0, {}])],
  });
  const model = (...layers: object[]) => ({ class_name: 'Functional', config: { layers } });
  const started = { ...input(), inbound_nodes: [] };

  it.each<[string, object, string]>([
    [
      'branches',
      model(started, connected('a', 'input_1'), connected('b', 'input_1')),
      'The layer "input_1" (InputLayer) is the input of 2 layers: "a", "b".',
    ],
    ['joins', model(started, connected('a', 'input_1', 'other')), 'The layer "a" (Add) has several inputs'],
    ['has two inputs', model(started, { ...started, name: 'input_2' }), 'has a model with 2 inputs'],
    ['has none', model(connected('a', 'b'), connected('b', 'a')), 'has a model with 0 inputs'],
    [
      'uses a layer twice',
      model(started, { ...connected('a'), inbound_nodes: [[['input_1', 0, 0]], [['a', 0, 0]]] }),
      'The layer "a" (Add) has several inputs, or is used more than once.',
    ],
    [
      'is of Keras 3',
      model(started, { ...layer('Add', 'a'), inbound_nodes: [{ args: [] }] }),
      'not connected in the format of Keras 2',
    ],
    [
      'is another thing',
      { class_name: 'Graph', config: { layers: [] } },
      'not a Keras Model, Functional or Sequential',
    ],
    ['is nothing', {}, 'not a Keras Model, Functional or Sequential'],
    ['holds a model without layers', sequential([layer('Model', 'inner')]), 'is a model without layers'],
  ])('when it %s', (_, topology, message) => {
    expect(refusal(() => read(topology, weights))).toContain(message);
  });

  it('when models lie in models without end', () => {
    let topology = sequential(small());
    for (let depth = 0; depth < 50; depth++) topology = sequential([topology as Layer]);
    expect(refusal(() => read(topology, weights))).toContain('nested too deeply');
  });

  it('but branches in the head do not matter', () => {
    const layers = functional([input(), ...small(), pool()]) as { config: { layers: object[] } };
    layers.config.layers.push(connected('a', 'pool'), connected('b', 'pool'));
    expect(read(layers, weights).network(64, 2)).toEqual(expected.network(64, 2));
  });
});

describe('weights that do not fit their layers are refused', () => {
  const entries = entriesOf(whole);
  const changed = (name: string, change: object) =>
    read(
      functional(whole),
      stored(entries.map((entry) => (entry.name === name ? { ...entry, ...change } : entry))),
    );

  it.each(['conv1/kernel', 'dw/depthwise_kernel', 'bn1/gamma', 'bn3/moving_variance'])(
    'without %s',
    (name) => {
      const part = name === 'dw/depthwise_kernel' ? 'dw/kernel' : name;
      const rest = stored(entries.filter((entry) => entry.name !== name));
      expect(refusal(() => read(functional(whole), rest))).toContain(`model.json: has no weights "${part}".`);
    },
  );

  it.each([
    ['conv1/kernel', [3, 3, 3, 16], '[3, 3, any, 8]'],
    ['conv1/kernel', [27, 8], '[3, 3, any, 8]'],
    ['dw/depthwise_kernel', [3, 3, 16, 1], '[3, 3, 8, 1]'],
    ['bn2/beta', [16], '[8]'],
  ])('with %s of the shape %j', (name, shape, wanted) => {
    expect(refusal(() => changed(name, { shape }))).toContain(
      `lists "${name}" with the shape [${shape.join(', ')}], but its layer needs ${wanted}.`,
    );
  });

  it('when two could be meant', () => {
    const twice = [...entriesOf(whole, 'a/'), ...entriesOf(whole, 'b/')];
    expect(refusal(() => read(functional(whole), stored(twice)))).toContain(
      'has several weights that match "conv1/kernel": "a/conv1/kernel", "b/conv1/kernel".',
    );
  });

  it('when a variance is negative', () => {
    const { weightsManifest, files } = stored(entries);
    const [path, bytes] = [...files][0];
    const before = entries.slice(
      0,
      entries.findIndex(({ name }) => name === 'bn1/moving_variance'),
    );
    const offset = before.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
    new DataView(bytes.buffer, bytes.byteOffset).setFloat32(offset, -1, true);
    expect(
      refusal(() => read(functional(whole), { weightsManifest, files: new Map([[path, bytes]]) })),
    ).toContain('The layer "conv1" (Conv2D) has a batch norm with a variance that is not positive');
  });

  it('when they contain NaN, naming the shard', () => {
    const { weightsManifest, files } = stored(entries);
    const [path, bytes] = [...files][0];
    new DataView(bytes.buffer, bytes.byteOffset).setFloat32(0, NaN, true);
    expect(refusal(() => read(functional(whole), { weightsManifest, files }))).toContain(
      `models/small/${path}: The weights "conv1/kernel" contain NaN`,
    );
  });

  it('but what the head has does not matter', () => {
    expect(changed('predictions/kernel', { shape: [1] }).weights).toEqual(expected.weights);
    expect(changed('predictions/kernel', { dtype: 'int32' }).weights).toEqual(expected.weights);
  });
});

describe('weights without a topology', () => {
  const pairs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
  const mobile: Layer[] = [
    conv('conv1', 3, 8),
    norm('conv1_bn', 8),
    ...pairs.flatMap((n) => [
      depthwise(`conv_dw_${n}`, 8),
      norm(`conv_dw_${n}_bn`, 8),
      conv(`conv_pw_${n}`, 8, 8, { kernel_size: 1 }),
      norm(`conv_pw_${n}_bn`, 8),
    ]),
  ];

  it('are MobileNetV1 by their names, of any width, behind any prefix', () => {
    const { layers } = read(null, stored(entriesOf(mobile, 'net/'))).network(64, 2);
    expect(layers).toHaveLength(27);
    expect(layers.flatMap(({ name, stride }) => (stride === 2 ? [name] : []))).toEqual([
      'conv1',
      'conv_dw_2',
      'conv_dw_4',
      'conv_dw_6',
      'conv_dw_12',
    ]);
    expect(new Set(layers.map(({ activation, padding }) => `${activation!} ${padding!}`))).toEqual(
      new Set(['relu6 same']),
    );
  });

  it('are refused when one of its layers is absent', () => {
    const rest = stored(entriesOf(mobile).filter(({ name }) => name !== 'conv_pw_7/kernel'));
    for (const topology of [null, undefined]) {
      expect(refusal(() => read(topology, rest))).toMatch(
        /^models\/small\/model\.json: has no "modelTopology", and no weights of a layer "conv_pw_7": .*MobileNetV1/,
      );
    }
  });
});
