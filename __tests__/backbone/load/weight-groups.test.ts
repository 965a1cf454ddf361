import { posix, win32 } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shardAddress, shardPathFault } from '../../../src/backbone/load/shard-path.js';
import { weightGroups } from '../../../src/backbone/load/weight-groups.js';
import { InputError } from '../../../src/problem.js';
import { manifest, modelJson } from './model-server.js';

function refusal(json: string, most = 1e6): string {
  try {
    weightGroups(json, 'net/model.json', most);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'read';
}

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
    expect(shardPathFault(path)).not.toBeNull();
    expect(refusal(modelJson(manifest([path])))).toMatch(
      /^net\/model\.json: names the weight file ".*", which .*\./,
    );
  });

  it.each(['group1-shard1of1', 'a/b c/d.bin', 'gewichte-ü.bin', '.hidden', 'a..b'])('%j is read', (path) => {
    expect(shardPathFault(path)).toBeNull();
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
        if (shardPathFault(text) !== null) return;
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

describe('what a weightsManifest promises', () => {
  it('is counted by type, shape and quantization', () => {
    expect(weightGroups(modelJson(), 'model.json', 1e6)).toEqual([
      { paths: ['group1-shard1of2', 'group1-shard2of2'], bytes: 1600 },
      { paths: ['deep/group2.bin'], bytes: 200 + 4 + 2 * 2 * 549 },
    ]);
    const weights = ['float16', 'uint16', 'uint8', 'bool', 'complex64'].map((dtype) => ({
      dtype,
      shape: [3],
    }));
    expect(weightGroups(modelJson([{ paths: ['x'], weights }]), 'model.json', 1e6)[0]?.bytes).toBe(42);
  });

  const one = (weight: unknown, paths: unknown = ['x']) => modelJson([{ paths, weights: [weight] }]);
  it.each([
    ['no JSON', '<!doctype html>', 'is no JSON of a model. A TF.js layers model is needed'],
    ['no object', '[1]', 'is no JSON of a model.'],
    ['no manifest', '{"modelTopology": {}}', 'has no weightsManifest.'],
    ['a graph model', '{"format": "graph-model", "weightsManifest": []}', 'is a graph model'],
    ['a graph', '{"modelTopology": {"node": []}, "weightsManifest": [1]}', 'is a graph model'],
    ['a group that is none', modelJson([7]), 'group 1 cannot be read.'],
    ['texts', one({ dtype: 'string', shape: [2] }), 'group 1 cannot be read.'],
    ['a type with a name of objects', one({ dtype: 'constructor', shape: [2] }), 'group 1 cannot be read.'],
    ['a negative side', one({ dtype: 'float32', shape: [-1] }), 'group 1 cannot be read.'],
    ['half a side', one({ dtype: 'float32', shape: [1.5] }), 'group 1 cannot be read.'],
    ['no files', one({ dtype: 'float32', shape: [1] }, []), 'group 1 cannot be read.'],
    ['files that are no names', one({ dtype: 'float32', shape: [1] }, [1]), 'group 1 cannot be read.'],
    ['a file twice', one({ dtype: 'float32', shape: [1] }, ['x', 'x']), 'names a weight file twice.'],
    [
      'many files',
      one(
        { dtype: 'bool', shape: [1] },
        Array.from({ length: 4097 }, (_, i) => `${i}`),
      ),
      'more than 4096',
    ],
    [
      'much',
      one({ dtype: 'float32', shape: [3e5] }),
      'promises 2 MiB of weights; 1 MiB are the most that is read.',
    ],
    [
      'more than numbers hold',
      one({ dtype: 'float32', shape: Array(99).fill(1e9) }),
      'promises Infinity MiB',
    ],
  ])('is refused for %s', (_, json, message) => {
    expect(refusal(json)).toContain(message);
  });
});
