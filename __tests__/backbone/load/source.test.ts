import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanAddress } from '../../../src/backbone/errors.js';
import { CATALOG, parseSource } from '../../../src/backbone/load/source.js';
import { InputError } from '../../../src/problem.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'headstart-source-'));
  mkdirSync(join(cwd, 'mine'));
  mkdirSync(join(cwd, 'mobilenet_v1_0.25_224'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const parse = (text: string) => parseSource(text, cwd);
function refusal(text: string): string {
  try {
    return `read as ${parse(text).kind}`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

describe('the name of a backbone', () => {
  it.each([
    ['embedded', { kind: 'embedded', name: 'embedded' }],
    ['embedded-drawn', { kind: 'embedded', name: 'embedded-drawn' }],
    [' mobilenet_v1_0.25_224\n', { kind: 'catalog', model: CATALOG[0] }],
    ['mine', { kind: 'path', path: 'mine' }],
    ['./models/x', { kind: 'path', path: './models/x' }],
    ['/models/x', { kind: 'path', path: '/models/x' }],
    ['C:\\models\\x', { kind: 'path', path: 'C:\\models\\x' }],
    ['net.json', { kind: 'path', path: 'net.json' }],
    ['net.safetensors', { kind: 'path', path: 'net.safetensors' }],
    ['https://a.example/m/model.json', { kind: 'url', url: 'https://a.example/m/model.json' }],
    ['HTTP://A.example/model.json?x=1#y', { kind: 'url', url: 'http://a.example/model.json?x=1' }],
  ])('%j', (text, source) => {
    expect(parse(text)).toEqual(source);
  });

  const hub = {
    kind: 'huggingface',
    owner: 'some',
    model: 'net',
    revision: null,
    folder: [] as string[],
    file: null,
  };
  it.each([
    ['hf://some/net', hub],
    ['hf://some/net/', hub],
    ['hf://some/net@v1.0', { ...hub, revision: 'v1.0' }],
    ['hf://some/net/tfjs/small', { ...hub, folder: ['tfjs', 'small'] }],
    ['hf://some/net@main/tfjs/net.json', { ...hub, revision: 'main', folder: ['tfjs'], file: 'net.json' }],
    ['hf://some/net/pt/net.safetensors', { ...hub, folder: ['pt'], file: 'net.safetensors' }],
    ['hf://some/net@refs/pr/3/tfjs', { ...hub, revision: 'refs/pr/3', folder: ['tfjs'] }],
  ])('%s', (text, source) => {
    expect(parse(text)).toEqual(source);
  });

  it('is refused with the alternatives and the nearest name', () => {
    const message = refusal('mobilenet_v1_0.5_224');
    expect(message).toContain('"mobilenet_v1_0.5_224". Did you mean "mobilenet_v1_0.50_224"?');
    for (const alternative of ['embedded-drawn, auto', CATALOG[3].name, 'model.json', 'hf://owner/model']) {
      expect(message).toContain(alternative);
    }
    expect(refusal('imbedded')).toContain('Did you mean "embedded"?');
    expect(parseSourceAt('resnet50')).toMatch(
      /^data\/dataset\.yaml:3:11: Unknown backbone "resnet50"\. Use /,
    );
  });

  it.each([
    ['', 'The backbone is empty.'],
    ['x'.repeat(2001), 'longer than 2000 characters'],
    ['a\u0000b', 'control characters'],
    ['ftp://a.example/model.json', 'Unsupported backbone address "ftp://a.example/model.json".'],
    ['file:///etc/model.json', 'Unsupported backbone address'],
    ['https://', 'not a valid URL'],
    ['https://a.example/models/', 'https://a.example/models/ is not the address of a model.json.'],
    ['hf://some', 'not a valid Hugging Face model'],
    ['hf://some/net/../other', 'not a valid Hugging Face model'],
    ['hf://some/net@../x', 'not a valid Hugging Face model'],
    ['hf://some/net@a..b', 'not a valid Hugging Face model'],
    ['hf://datasets/some/net', 'hf://datasets/… is not supported'],
  ])('%j is refused', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('is shown without its secrets', () => {
    const all = [
      'https://me:s3cret@a.example/model.json',
      'https://s3cret@a.example/m/model.json',
      'https://me:s3/cret@a.example/model.json',
      'https://a.example/m/?token=s3cret',
      'ftp://me:s3cret@a.example/x?s3cret',
      'hf://some/net?s3cret',
    ].map(refusal);
    for (const message of all) expect(message).not.toMatch(/s3|cret@/);
    expect(all[0]).toContain('contains a user or a password');
  });

  it('is read or refused, whatever it is', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from('hf:/@..aB-_\\?#% jsonttps')) }),
      fc
        .tuple(fc.constantFrom('hf://a/', 'https://', 'hf://', './'), fc.string())
        .map((both) => both.join('')),
    );
    fc.assert(
      fc.property(word, (text) => {
        let source;
        try {
          source = parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        if (source.kind === 'url') {
          const { protocol, username, password, hash } = new URL(source.url);
          expect([protocol.startsWith('http'), username, password, hash]).toEqual([true, '', '', '']);
        }
        if (source.kind !== 'huggingface') return;
        const { owner, model, revision, folder, file } = source;
        for (const part of [owner, model, ...(revision ?? 'main').split('/'), ...folder, file ?? 'x']) {
          expect(['', '.', '..']).not.toContain(part);
        }
        if (file !== null) expect(file).toMatch(/\.(json|safetensors)$/i);
      }),
      { numRuns: 3000 },
    );
  });

  const names = fc
    .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/)
    .filter((name) => !/^(datasets|spaces|models)$/i.test(name));
  it('on the hub is read as it was put together', () => {
    fc.assert(
      fc.property(
        names,
        names,
        fc.option(names),
        fc.array(names, { maxLength: 3 }),
        (owner, model, revision, folder) => {
          const text = [`hf://${owner}/${model}${revision === null ? '' : `@${revision}`}`, ...folder].join(
            '/',
          );
          expect(parse(text)).toEqual({
            kind: 'huggingface',
            owner,
            model,
            revision,
            folder,
            file: null,
          });
        },
      ),
    );
  });

  function parseSourceAt(text: string): string {
    try {
      parseSource(text, cwd, { file: 'data/dataset.yaml', line: 3, column: 11 });
      return 'read';
    } catch (error) {
      return (error as InputError).message;
    }
  }
});

it('an address loses user, password, query and fragment, and nothing else', () => {
  expect(cleanAddress('https://u:p@a.example:8/x@1/y.json?t=1#f')).toBe('https://a.example:8/x@1/y.json');
  expect(cleanAddress(new URL('http://a.example/?x'))).toBe('http://a.example/');
});

describe('the catalog', () => {
  /** Values of MobileNetV1 with its head of 1000 classes: convolutions, four a channel of batch norm, the head. */
  function values(width: number): number {
    const wide = (channels: number) => channels * width;
    const outputs = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024].map(wide);
    let input = wide(32);
    let sum = 27 * input + 4 * input;
    for (const output of outputs) {
      sum += 9 * input + 4 * input + input * output + 4 * output;
      input = output;
    }
    return sum + input * 1000 + 1000;
  }

  it('has the size that the architecture has', () => {
    expect(CATALOG.map(({ bytes }) => bytes)).toEqual([0.25, 0.5, 0.75, 1].map((width) => 4 * values(width)));
  });

  it('has https addresses, and hashes of the files that were available', () => {
    for (const { name, url, sha256 } of CATALOG) {
      expect(url).toBe(`https://storage.googleapis.com/tfjs-models/tfjs/${name}/model.json`);
      expect(sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(CATALOG.map(({ sha256 }) => sha256 !== null)).toEqual([true, false, true, false]);
  });
});
