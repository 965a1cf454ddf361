import { posix, win32 } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shardAddress } from '../../../src/backbone/load/cache.js';
import type { ModelJson } from '../../../src/backbone/tfjs/model-json.js';
import { listShards, readWeights, shardPathProblem } from '../../../src/backbone/tfjs/weights.js';
import { bytesOfFloats, refusal, stored, valuesOf, type Entry, type Stored } from './synthetic.js';

const FILE = 'models/small/model.json';

const MAX_BYTES = 512 * 2 ** 20;

function weightsOf({ weightsManifest, files }: Stored) {
  const model = { weightsManifest } as ModelJson;
  listShards(model, FILE, MAX_BYTES);
  return readWeights(model, FILE, files);
}

/** One weight over these bytes. */
function single(entry: Partial<Entry>, bytes: Uint8Array): Stored {
  const whole = { name: 'w/kernel', shape: [bytes.length], dtype: 'float32', ...entry };
  return { weightsManifest: [{ paths: ['shard'], weights: [whole] }], files: new Map([['shard', bytes]]) };
}

const anyEntries = fc
  .array(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), { minLength: 1, maxLength: 6 })
  .map((shapes) => shapes.map((shape, i): Entry => ({ name: `layer${i}/kernel`, shape, dtype: 'float32' })));

describe('weights', () => {
  it('are the same however their group is cut into shards', () => {
    fc.assert(
      fc.property(anyEntries, fc.array(fc.nat(), { maxLength: 5 }), (entries, places) => {
        const whole = stored(entries);
        const [bytes] = whole.files.values();
        const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
        const tensors = weightsOf(stored(entries, cuts));
        expect([...tensors.keys()]).toEqual(entries.map(({ name }) => name));
        for (const { name, shape } of entries) {
          expect(tensors.get(name)!.shape).toEqual(shape);
          expect(tensors.get(name)!.values()).toEqual(valuesOf(name, shape));
        }
      }),
    );
  });

  it.each([
    ['uint8', Uint8Array, 255],
    ['uint16', Uint16Array, 65_535],
  ] as const)('quantized to %s are q × scale + min', (dtype, Whole, most) => {
    const float = fc.float({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: most })), float, float, (quanta, scale, min) => {
        const bytes = new Uint8Array(Whole.from(quanta).buffer);
        const entry = {
          shape: [quanta.length],
          quantization: { dtype, scale, min, original_dtype: 'float32' },
        };
        const tensors = weightsOf(single(entry, bytes));
        expect(tensors.get('w/kernel')!.values()).toEqual(Float32Array.from(quanta, (q) => q * scale + min));
      }),
    );
  });

  it('as half floats are read by their bits', () => {
    const bytes = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001).buffer);
    const tensors = weightsOf(single({ shape: [2, 2], quantization: { dtype: 'float16' } }, bytes));
    expect(tensors.get('w/kernel')!.values()).toEqual(Float32Array.of(1, -2, 0.333251953125, 2 ** -24));
  });

  it('are taken from bytes that begin anywhere in a buffer', () => {
    const buffer = new Uint8Array(9);
    buffer.set(bytesOfFloats(Float32Array.of(1, -2)), 1);
    const tensors = weightsOf(single({ shape: [2] }, buffer.subarray(1)));
    expect(tensors.get('w/kernel')!.values()).toEqual(Float32Array.of(1, -2));
  });

  it('of several groups are read in the order of the manifest', () => {
    const one = single({ name: 'b/kernel', shape: [1] }, bytesOfFloats(Float32Array.of(1)));
    const two = single({ name: 'a/kernel', shape: [1] }, bytesOfFloats(Float32Array.of(2)));
    const both: Stored = {
      weightsManifest: [one.weightsManifest[0], { ...two.weightsManifest[0], paths: ['folder/other.bin'] }],
      files: new Map([...one.files, ['folder/other.bin', two.files.get('shard')!]]),
    };
    expect([...weightsOf(both)].map(([name, tensor]) => [name, tensor.values()[0]])).toEqual([
      ['b/kernel', 1],
      ['a/kernel', 2],
    ]);
    expect(listShards(both as unknown as ModelJson, FILE, MAX_BYTES)).toEqual([
      { paths: ['shard'], bytes: 4 },
      { paths: ['folder/other.bin'], bytes: 4 },
    ]);
  });

  it('are counted by type, shape and quantization', () => {
    const weights = [
      { name: 'a', shape: [200], dtype: 'float32', quantization: { dtype: 'uint8', min: 0, scale: 1 } },
      { name: 'b', shape: [], dtype: 'int32' },
      { name: 'c', shape: [2, 549], dtype: 'float32', quantization: { dtype: 'uint16', min: 0, scale: 1 } },
      { name: 'd', shape: [3], dtype: 'float32', quantization: { dtype: 'float16' } },
    ];
    const model = { weightsManifest: [{ paths: ['x'], weights }] } as ModelJson;
    expect(listShards(model, FILE, MAX_BYTES)).toEqual([
      { paths: ['x'], bytes: 200 + 4 + 2 * 2 * 549 + 2 * 3 },
    ]);
  });
});

describe('weights are refused', () => {
  const floats = (...values: number[]) => bytesOfFloats(Float32Array.of(...values));

  it.each([NaN, Infinity, -Infinity])('when they are used and one of them is %d', (value) => {
    const tensors = weightsOf(single({ shape: [2] }, floats(1, value)));
    expect(refusal(() => tensors.get('w/kernel')!.values())).toMatch(
      /^models\/small\/shard: The weights "w\/kernel" contain NaN or infinite values\./,
    );
  });

  it('when they are used and are int32', () => {
    const tensors = weightsOf(single({ shape: [1], dtype: 'int32' }, floats(1)));
    expect(refusal(() => tensors.get('w/kernel')!.values())).toContain('"w/kernel" are int32');
  });

  it.each([
    ['one side is beyond all memory', [2_147_483_647]],
    ['the product of the sides is', [100_000, 100_000, 100_000]],
    ['they are just over 512 MiB', [512 * 2 ** 18 + 1]],
  ])('when %s, and nothing is reserved for them', (_, shape) => {
    expect(refusal(() => weightsOf(single({ shape }, floats(1))))).toContain('or more than 512 MiB of them');
  });

  it('when quantized weights unpack to more than 512 MiB', () => {
    const entry = { shape: [512 * 2 ** 18 + 1], quantization: { dtype: 'uint8', scale: 1, min: 0 } };
    expect(refusal(() => weightsOf(single(entry, floats(1))))).toContain('or more than 512 MiB of them');
  });

  it('when quantized weights lack what undoes it', () => {
    const entry = { shape: [1], quantization: { dtype: 'uint8', scale: 1 } };
    expect(refusal(() => weightsOf(single(entry, new Uint8Array(1))))).toContain(
      'lists "w/kernel" as quantized, but without "scale" and "min"',
    );
  });

  it('when a file or a weight is listed twice', () => {
    const { weightsManifest, files } = single({ shape: [1] }, floats(1));
    const [group] = weightsManifest;
    expect(refusal(() => weightsOf({ weightsManifest: [group, group], files }))).toContain('"shard" twice');
    const twice = { paths: ['shard'], weights: [...group.weights, ...group.weights] };
    const long = new Map([['shard', floats(1, 2)]]);
    expect(refusal(() => weightsOf({ weightsManifest: [twice], files: long }))).toContain('"w/kernel" twice');
  });

  it('when there are too many files', () => {
    const paths = Array.from({ length: 4097 }, (_, index) => `${index}`);
    const { weightsManifest, files } = single({ shape: [1] }, floats(1));
    weightsManifest[0].paths = paths;
    expect(refusal(() => weightsOf({ weightsManifest, files }))).toContain('more than 4096 weight files');
  });

  it('when there are too many', () => {
    const many = Array.from({ length: 3 }, (_, i) => ({
      paths: [`shard${i}`],
      weights: Array<Entry>(4000).fill({ name: 'w', shape: [0], dtype: 'float32' }),
    }));
    expect(refusal(() => weightsOf({ weightsManifest: many, files: new Map() }))).toContain(
      'lists more than 8192 weights',
    );
  });
});

describe('paths of weight files', () => {
  it.each([
    '',
    '..',
    '../x',
    'a/../../x',
    '/etc/passwd',
    '//host/x',
    'a//b',
    './x',
    '\\\\host\\x',
    '..\\x',
    'C:x',
    'https://a.example/x',
    'data:x',
    '%2e%2e/x',
    'a?b',
    'a#b',
    'a\nb',
    'a\u0000',
    'a\u202eb',
    '.. /x',
    '.../x',
    'a ',
    ' a',
    'x'.repeat(201),
  ])('%j is refused', (path) => {
    expect(shardPathProblem(path)).not.toBeNull();
    const { weightsManifest, files } = single({ shape: [1] }, bytesOfFloats(Float32Array.of(1)));
    weightsManifest[0].paths = [path];
    expect(refusal(() => weightsOf({ weightsManifest, files }))).toMatch(
      /model\.json: lists the weight file ".*", which /,
    );
  });

  it.each(['group1-shard1of1', 'a/b c/d.bin', 'gewichte-ü.bin', '.hidden', 'a..b'])('%j is read', (path) => {
    expect(shardPathProblem(path)).toBeNull();
  });

  it('that are read stay in the folder, as a path on every OS and as an address', () => {
    const path = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from('../\\:%2eE ab@')) }),
      fc
        .array(fc.constantFrom('..', '.', '', 'a', 'b c', '%2e', '...'), { maxLength: 5 })
        .map((all) => all.join('/')),
    );
    const base = new URL('https://a.example/m/model.json');
    let read = 0;
    fc.assert(
      fc.property(path, (text) => {
        if (shardPathProblem(text) !== null) return;
        read += 1;
        expect(posix.resolve('/m', text)).toBe(`/m/${text}`);
        expect(win32.resolve('C:\\m', text)).toBe(`C:\\m\\${text.replaceAll('/', '\\')}`);
        const address = shardAddress(base, text);
        expect(address.origin + address.search + address.hash).toBe('https://a.example');
        expect(decodeURIComponent(address.pathname)).toBe(`/m/${text}`);
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(300);
  });
});
