import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseModel } from '../../../src/backbone/tfjs/parse.js';
import { listShards } from '../../../src/backbone/tfjs/weights.js';
import type { ModelJson } from '../../../src/backbone/tfjs/model.js';
import { readWeights } from '../../../src/backbone/tfjs/weights.js';
import { bytesOfFloats, refusal, stored, valuesOf, type Entry, type Stored } from './synthetic.js';

const FILE = 'models/small/model.json';

function weightsOf({ weightsManifest, files }: Stored, sha256?: string) {
  return readWeights({ weightsManifest } as ModelJson, FILE, (path) => files.get(path), sha256);
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
  it('are the same however their group is cut into shards, and so is the SHA-256', () => {
    fc.assert(
      fc.property(anyEntries, fc.array(fc.nat(), { maxLength: 5 }), (entries, places) => {
        const whole = stored(entries);
        const [bytes] = whole.files.values();
        const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
        const { tensors, sha256 } = weightsOf(stored(entries, cuts));
        expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
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
  ] as const)('quantised to %s are q × scale + min', (dtype, Whole, most) => {
    const float = fc.float({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: most })), float, float, (quanta, scale, min) => {
        const bytes = new Uint8Array(Whole.from(quanta).buffer);
        const entry = {
          shape: [quanta.length],
          quantization: { dtype, scale, min, original_dtype: 'float32' },
        };
        const { tensors } = weightsOf(single(entry, bytes));
        expect(tensors.get('w/kernel')!.values()).toEqual(Float32Array.from(quanta, (q) => q * scale + min));
      }),
    );
  });

  it('as half floats are read by their bits', () => {
    const bytes = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001).buffer);
    const { tensors } = weightsOf(single({ shape: [2, 2], quantization: { dtype: 'float16' } }, bytes));
    expect(tensors.get('w/kernel')!.values()).toEqual(Float32Array.of(1, -2, 0.333251953125, 2 ** -24));
  });

  it('are taken from bytes that begin anywhere in a buffer', () => {
    const buffer = new Uint8Array(9);
    buffer.set(bytesOfFloats(Float32Array.of(1, -2)), 1);
    const { tensors } = weightsOf(single({ shape: [2] }, buffer.subarray(1)));
    expect(tensors.get('w/kernel')!.values()).toEqual(Float32Array.of(1, -2));
  });

  it('of several groups give the SHA-256 of all files in the order of the manifest', () => {
    const one = single({ name: 'b/kernel', shape: [1] }, bytesOfFloats(Float32Array.of(1)));
    const two = single({ name: 'a/kernel', shape: [1] }, bytesOfFloats(Float32Array.of(2)));
    const both: Stored = {
      weightsManifest: [one.weightsManifest[0], { ...two.weightsManifest[0], paths: ['folder/other.bin'] }],
      files: new Map([...one.files, ['folder/other.bin', two.files.get('shard')!]]),
    };
    const expected = createHash('sha256')
      .update(bytesOfFloats(Float32Array.of(1, 2)))
      .digest('hex');
    expect(weightsOf(both).sha256).toBe(expected);
    expect(weightsOf(both, expected.toUpperCase()).sha256).toBe(expected);
    expect(refusal(() => weightsOf(both, 'f'.repeat(64)))).toBe(
      `${FILE}: The weight files beside it have the SHA-256 ${expected}, not ${'f'.repeat(64)} as expected. ` +
        'Download them anew, or expect the other SHA-256 if they were changed on purpose.',
    );
    const json = JSON.stringify(both);
    expect(listShards(parseModel(json, FILE), FILE)).toEqual({
      paths: ['shard', 'folder/other.bin'],
      bytes: 8,
    });
  });
});

describe('weights are refused', () => {
  const floats = (...values: number[]) => bytesOfFloats(Float32Array.of(...values));

  it('when a shard is missing', () => {
    const { weightsManifest } = single({ shape: [1] }, floats(1));
    expect(refusal(() => weightsOf({ weightsManifest, files: new Map() }))).toMatch(
      /^models\/small\/shard: is missing, and "models\/small\/model\.json" lists it\./,
    );
  });

  it.each([
    [7, 'is cut short: 7 bytes, where model.json asks for 8.'],
    [9, 'is too long: 9 bytes, where model.json asks for 8.'],
    [0, 'is cut short: 0 bytes, where model.json asks for 8.'],
  ])('when a shard has %i bytes rather than 8', (length, message) => {
    expect(refusal(() => weightsOf(single({ shape: [2] }, new Uint8Array(length))))).toContain(
      `models/small/shard: ${message}`,
    );
  });

  it('when several shards have not the bytes together', () => {
    const cut = stored([{ name: 'w/kernel', shape: [4], dtype: 'float32' }], [6]);
    cut.files.set('group1-shard2of2', new Uint8Array(9));
    expect(refusal(() => weightsOf(cut))).toContain(
      'models/small/group1-shard1of2 … group1-shard2of2: is cut short: 15 bytes together',
    );
  });

  it.each([NaN, Infinity, -Infinity])('when they are used and one of them is %d', (value) => {
    const { tensors } = weightsOf(single({ shape: [2] }, floats(1, value)));
    expect(refusal(() => tensors.get('w/kernel')!.values())).toMatch(
      /^models\/small\/shard: The weights "w\/kernel" have values that are NaN or infinite\./,
    );
  });

  it('when they are used and are int32', () => {
    const { tensors } = weightsOf(single({ shape: [1], dtype: 'int32' }, floats(1)));
    expect(refusal(() => tensors.get('w/kernel')!.values())).toContain('"w/kernel" are int32');
  });

  it.each([
    ['one side is beyond all memory', [2_147_483_647]],
    ['the product of the sides is', [100_000, 100_000, 100_000]],
    ['they are just over 512 MiB', [512 * 2 ** 18 + 1]],
  ])('when %s, and nothing is reserved for them', (_, shape) => {
    expect(refusal(() => weightsOf(single({ shape }, floats(1))))).toContain('or more than 512 MiB of them');
  });

  it('when quantised weights unpack to more than 512 MiB', () => {
    const entry = { shape: [512 * 2 ** 18 + 1], quantization: { dtype: 'uint8', scale: 1, min: 0 } };
    expect(refusal(() => weightsOf(single(entry, floats(1))))).toContain('or more than 512 MiB of them');
  });

  it('when quantised weights lack what undoes it', () => {
    const entry = { shape: [1], quantization: { dtype: 'uint8', scale: 1 } };
    expect(refusal(() => weightsOf(single(entry, new Uint8Array(1))))).toContain(
      'lists "w/kernel" as quantised, without the "scale" and the "min"',
    );
  });

  it.each(['../shard', 'a/../../shard', '/etc/passwd', 'a\\b', 'file:x', './shard', 'a//b', 'a\0b'])(
    'when a shard lies elsewhere: %j',
    (path) => {
      const { weightsManifest, files } = single({ shape: [1] }, floats(1));
      weightsManifest[0].paths = [path];
      expect(refusal(() => weightsOf({ weightsManifest, files }))).toContain('not a path below its folder');
    },
  );

  it('when a file or a weight is listed twice', () => {
    const { weightsManifest, files } = single({ shape: [1] }, floats(1));
    const [group] = weightsManifest;
    expect(refusal(() => weightsOf({ weightsManifest: [group, group], files }))).toContain('"shard" twice');
    const twice = { paths: ['shard'], weights: [...group.weights, ...group.weights] };
    const long = new Map([['shard', floats(1, 2)]]);
    expect(refusal(() => weightsOf({ weightsManifest: [twice], files: long }))).toContain('"w/kernel" twice');
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
