import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readManifest } from '../../../src/dataset/describe/read-manifest.js';
import { InputError } from '../../../src/problem.js';

const read = (text: string | Uint8Array) =>
  readManifest(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'data/dataset.yaml')
    .manifest;

describe('readManifest', () => {
  it('reads every key', () => {
    const manifest = read(`
schema: headstart/v1
task: classify
path: images
train: train
val: [val-a, val-b]
test: test.txt
names: { 0: cat, 1: dog }
labels: { file: labels.csv, image: file, label: kind, group: track, split: split }
groups: { file: groups.csv, image: image, group: person }
metric: balanced-accuracy
image: { size: 48, channels: grey, exif: false }
license: CC-BY-4.0
files: [{ path: labels.csv, sha256: ${'a'.repeat(64)}, bytes: 12 }]
expect: { train: 10, val: 2, test: 3 }
plan: { examples: 1200000, architecture: custom, hardware: t4, hourlyCost: 0.35, carbonIntensity: 300, maxRegret: 0.02 }
`);
    expect(manifest.plan?.examples).toBe(1_200_000);
    expect(manifest.names).toEqual({ 0: 'cat', 1: 'dog' });
  });

  it.each<[string, string, RegExp]>([
    [
      'an unknown key',
      'schema: headstart/v1\nlables: { file: x.csv }\n',
      /^data\/dataset\.yaml:2:1: unknown key "lables"\. Did you mean "labels"\?/,
    ],
    [
      'a wrong type',
      'schema: headstart/v1\nimage:\n  size: big\n',
      /^data\/dataset\.yaml:3:9: "image\.size" .*whole number, not "big"/,
    ],
    [
      'a number out of range',
      'schema: headstart/v1\nimage: { size: 256 }\n',
      /^data\/dataset\.yaml:2:16: "image\.size" .*at most 224, not 256/,
    ],
    [
      'more images than there are',
      'schema: headstart/v1\nplan: { examples: 1e30 }\n',
      /^data\/dataset\.yaml:2:19: "plan\.examples" .*at most 1000000000000, not 1e\+30/,
    ],
    [
      'a price without end',
      'schema: headstart/v1\nplan: { hourlyCost: .inf }\n',
      /^data\/dataset\.yaml:2:21: "plan\.hourlyCost" .*number, not Infinity/,
    ],
    [
      'a carbon intensity that is no number',
      'schema: headstart/v1\nplan: { carbonIntensity: .nan }\n',
      /^data\/dataset\.yaml:2:26: "plan\.carbonIntensity" .*number, not NaN/,
    ],
    [
      'a word that is none of the choices',
      'schema: headstart/v1\nmetric: f1\n',
      /^data\/dataset\.yaml:2:9: "metric" .*accuracy, balanced-accuracy, not "f1"/,
    ],
    ['no schema', 'path: images\n', /^data\/dataset\.yaml:1:1: .*lacks "schema".*"schema: headstart\/v1"/],
    [
      'another task',
      'schema: headstart/v1\ntask: detect\n',
      /^data\/dataset\.yaml:2:7: .*"detect".*"classify".*analyze/,
    ],
    [
      'a hash that is none',
      'schema: headstart/v1\nfiles:\n  - path: a\n    sha256: 12\n',
      /^data\/dataset\.yaml:4:13: "files\.0\.sha256" .*text, not 12.*quotes: "12"/,
    ],
  ])('names %s with line, column and remedy', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['broken YAML', 'schema: [headstart/v1\npath: x', /^data\/dataset\.yaml:\d+:\d+: is not valid YAML/],
    ['tabs', 'schema: headstart/v1\nimage:\n\tsize: 32\n', /dataset\.yaml:3:1: is not valid YAML/],
    [
      'a key twice',
      'schema: headstart/v1\npath: a\npath: b\n',
      /dataset\.yaml:3:1: has the key "path" twice/,
    ],
    ['nothing', '', /is empty/],
    ['several documents', 'schema: headstart/v1\n---\na: 1\n', /several YAML documents/],
    ['Latin-1', Uint8Array.from([0x6e, 0x3a, 0x20, 0xe9, 0x0a]), /is not UTF-8. Save it as UTF-8/],
    ['a book', 'x'.repeat(2 ** 20 + 1), /larger than 1 MiB/],
    ['a list', '- a\n- b\n', /the manifest must be a mapping of keys/],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      /too many aliases/,
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('names several problems at once', () => {
    try {
      read('schema: headstart/v1\nmetric: f1\nimage: { size: x }\n');
      throw new Error('It was read.');
    } catch (error) {
      expect((error as InputError).problems).toHaveLength(2);
    }
  });

  it.each<[string, string, RegExp]>([
    [
      'YAML, where it breaks',
      'schema: headstart/v1\npath: "open\n',
      /^data\/dataset\.yaml:3:1: is not valid YAML/,
    ],
    [
      'a merge key',
      'schema: headstart/v1\nimage: { <<: { size: 64 } }\n',
      /^data\/dataset\.yaml:2:10: merge keys/,
    ],
    [
      'numbers for names',
      'schema: headstart/v1\nnames: [1, 2]\n',
      /^data\/dataset\.yaml:2:9: "names\.0" .*text, not 1.*quotes: "1"/,
    ],
    [
      'text for a number',
      'schema: headstart/v1\nplan: { examples: "100" }\n',
      /^data\/dataset\.yaml:2:19: "plan\.examples" .*whole number, not "100".*quotes: 100/,
    ],
    [
      'text for a mapping',
      'schema: headstart/v1\nlabels: labels.csv\n',
      /^data\/dataset\.yaml:2:9: "labels" .*mapping.*labels: \{ file/,
    ],
    [
      'neither of two kinds',
      'schema: headstart/v1\nnames: 3\ntrain: 4\n',
      /^data\/dataset\.yaml:2:8: "names" .*list or a mapping.*, not 3.*names: \[cat, dog\]/m,
    ],
    [
      'a misspelt choice',
      'schema: headstart/v1\nimage: { channels: gray }\n',
      /^data\/dataset\.yaml:2:20: "image\.channels" .*colour, grey, not "gray"\. Did you mean "grey"\?/,
    ],
    [
      'another version',
      'schema: headstart/v2\n',
      /^data\/dataset\.yaml:1:9: "schema" .*"headstart\/v1", not "headstart\/v2"/,
    ],
    [
      'an unknown key deep down',
      'schema: headstart/v1\nplan:\n  hourlycost: 3\n',
      /^data\/dataset\.yaml:3:3: unknown key "hourlycost" in "plan"\. Did you mean "hourlyCost"\?/,
    ],
  ])('explains %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  const MIB = 2 ** 20;
  it.each<[string, string]>([
    ['open brackets', '['.repeat(MIB)],
    ['dashes', '- '.repeat(MIB / 2)],
    ['question marks', '? '.repeat(MIB / 2)],
    ['commas', `[${','.repeat(MIB - 2)}]`],
    ['quotes', '"'.repeat(MIB)],
    ['documents', '---\n'.repeat(MIB / 4)],
    ['tags', '!a '.repeat(MIB / 3)],
    ['keys', Array.from({ length: 90_000 }, (_, index) => `k${index}: 1`).join('\n')],
    [
      'unknown keys that are just few enough',
      Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join('\n'),
    ],
    ['anchors', Array.from({ length: 30_000 }, (_, index) => `k${index}: &a${index} 1`).join('\n')],
    ['levels', Array.from({ length: 1400 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
    ['an alias in itself', 'a: &a [*a]\n'],
  ])('refuses a megabyte of %s without choking', (_, text) => {
    expect(() => read(text)).toThrow(InputError);
  });

  it('points at the line and column of a wrong key, wherever it stands', () => {
    const right = [
      'path: a',
      'license: MIT',
      'image:\n  size: 64',
      '# remark',
      'names:\n- a\n- b',
      '',
      'plan: {\n  examples: 5 }',
    ];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(right),
        fc.nat(7),
        fc.constantFrom('\n', '\r\n'),
        (lines, place, feed) => {
          const before = ['schema: headstart/v1', ...lines.slice(0, place)].join('\n');
          const text = [before, 'strange: 1', ...lines.slice(place)].join('\n').replaceAll('\n', feed);
          try {
            read(text);
            throw new Error('It was read.');
          } catch (error) {
            expect((error as InputError).problems).toMatchObject([
              { line: before.split('\n').length + 1, column: 1, message: 'unknown key "strange".' },
            ]);
          }
        },
      ),
      { seed: 1 },
    );
  });

  it('reads UTF-8 with a byte-order mark', () => {
    expect(read('\uFEFFschema: headstart/v1\nname: Bl\u00e4tter\n').name).toBe('Bl\u00e4tter');
  });

  it('says where the text stops to be UTF-8', () => {
    const bytes = new TextEncoder().encode('schema: headstart/v1\nname: x\n');
    bytes[27] = 0xff;
    expect(() => read(bytes)).toThrow('data/dataset.yaml:2:7: is not UTF-8. Save it as UTF-8.');
  });

  it('throws nothing but InputError, whatever the text', () => {
    const piece = fc.constantFrom('schema: headstart/v1\n', 'image: ', '{', '}', '[', ']', '&a ', '*a', '\n', ': ', '- ', '"', 'x', '!!js/function ', '<<: ', '\t', '1e999', '\u0000'); // prettier-ignore
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          try {
            read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});
