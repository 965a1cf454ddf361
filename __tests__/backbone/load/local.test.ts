import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadModelFiles, type FileRequest } from '../../../src/backbone/load.js';
import { CATALOG } from '../../../src/backbone/load/source.js';
import { errorOf, fileRequest, fileSource, LIMITS_IN_TESTS } from './load-request.js';
import { BYTES, modelJson, SHA256, SHARDS } from './model-server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-local-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = (text: string, changes: Partial<FileRequest> = {}) =>
  loadModelFiles(fileSource(text, folder), fileRequest(folder, changes));
const [[, first], , [, third]] = SHARDS;

describe('a model in a folder', () => {
  const put = (at: string, json = modelJson()) => {
    const own = join(folder, at);
    for (const [path, bytes] of [['model.json', Buffer.from(json)] as const, ...SHARDS]) {
      mkdirSync(dirname(join(own, path)), { recursive: true });
      writeFileSync(join(own, path), bytes);
    }
    return own;
  };

  it('is read by its folder or its file, with and without a hash', async () => {
    put('nets/small');
    const files = await load('nets/small/', { sha256: null });
    expect(files).toMatchObject({
      name: 'small',
      jsonFile: 'nets/small/model.json',
      origin: 'nets/small/',
      pinned: false,
    });
    expect(files.shards).toEqual(new Map(SHARDS));
    expect(await load('./nets/small/model.json')).toMatchObject({ sha256: SHA256, pinned: true });
    expect(await errorOf(load('nets/small', { sha256: '0'.repeat(64) }))).toMatch(
      new RegExp(`^nets/small/model\\.json: .*SHA-256 is ${SHA256}, expected 000`, 'u'),
    );
  });

  it('may be a safetensors file beside its config.json', async () => {
    const own = join(folder, 'pt');
    mkdirSync(own);
    writeFileSync(join(own, 'config.json'), '{}');
    writeFileSync(join(own, 'model.safetensors'), BYTES);
    const files = await load('./pt');
    expect(files).toMatchObject({
      name: 'pt',
      format: 'safetensors',
      json: '{}',
      jsonFile: './pt/config.json',
    });
    expect(files.shards).toEqual(new Map([['model.safetensors', BYTES]]));
    writeFileSync(join(own, 'other.safetensors'), first);
    expect((await load('pt/other.safetensors', { sha256: null })).shards).toEqual(
      new Map([['other.safetensors', first]]),
    );
    expect(await errorOf(load('pt', { limits: { ...LIMITS_IN_TESTS, weightBytes: 3999 } }))).toContain(
      'pt/model.safetensors: is larger than the limit of 3999 bytes',
    );
    rmSync(join(own, 'config.json'));
    expect(await errorOf(load('pt'))).toContain('pt/config.json: "config.json" does not exist.');
  });

  it('is refused when it is not there or not whole', async () => {
    expect(await errorOf(load('./none'))).toMatch(/^\.\/none: does not exist\..*model\.safetensors/);
    mkdirSync(join(folder, 'empty'));
    expect(await errorOf(load('empty'))).toMatch(/^empty: .*neither a model\.json nor a model\.safetensors/);
    const own = put('net');
    rmSync(join(own, 'deep/group2.bin'));
    expect(await errorOf(load('net'))).toContain('net/model.json: "deep/group2.bin" does not exist.');
    writeFileSync(join(own, 'deep/group2.bin'), third.subarray(1));
    expect(await errorOf(load('net'))).toContain('truncated: deep/group2.bin is 1 bytes too short');
    writeFileSync(join(own, 'deep/group2.bin'), Buffer.alloc(2401));
    expect(await errorOf(load('net'))).toContain(
      'net/deep/group2.bin: is larger than the limit of 2400 bytes',
    );
    rmSync(join(own, 'deep/group2.bin'));
    mkdirSync(join(own, 'deep/group2.bin'));
    expect(await errorOf(load('net'))).toContain('net/deep/group2.bin: is not a regular file.');
    expect(await errorOf(load('net', { limits: { ...LIMITS_IN_TESTS, jsonBytes: 10 } }))).toContain(
      'limit of 10 bytes',
    );
  });

  it('follows links within it only', async () => {
    const own = put('net');
    writeFileSync(join(folder, 'secret.bin'), third);
    rmSync(join(own, 'deep/group2.bin'));
    symlinkSync(join(folder, 'secret.bin'), join(own, 'deep/group2.bin'));
    expect(await errorOf(load('net'))).toContain(
      'net/model.json: "deep/group2.bin" leaves the model’s folder.',
    );
    rmSync(join(own, 'deep/group2.bin'));
    writeFileSync(join(own, 'elsewhere.bin'), third);
    symlinkSync('../elsewhere.bin', join(own, 'deep/group2.bin'));
    symlinkSync(own, join(folder, 'link'));
    expect((await load('link')).sha256).toBe(SHA256);
  });

  const shared = join(process.cwd(), '..', 'shared', 'weights');
  (existsSync(shared) ? it : it.skip)(
    'has the hash of the catalogue, for the models that were seen',
    async () => {
      for (const { name, sha256, bytes } of CATALOG) {
        if (sha256 === null) continue;
        const files = await load(join(shared, name), { sha256 });
        expect([...files.shards.values()].reduce((sum, shard) => sum + shard.length, 0)).toBe(bytes);
        expect(files).toMatchObject({ name, sha256, pinned: true });
      }
    },
  );
});
