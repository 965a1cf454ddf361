import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadModelFiles, type FileRequest } from '../../../src/backbone/load.js';
import { tfjsFormat } from '../../../src/backbone/load/model-files.js';
import { hubRemote } from '../../../src/backbone/load/remote.js';
import { parseSource } from '../../../src/backbone/load/source.js';
import { InputError } from '../../../src/problem.js';
import { errorOf, fileRequest, LIMITS_IN_TESTS } from './load-request.js';
import { BYTES, type Handler, modelJson, ModelServer, redirect, SHA256, SHARDS } from './model-server.js';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const TOKEN = 'hf_s3cretS3cret';

let folder: string;
let server: ModelServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-hub-'));
  server = await new ModelServer().open();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const hub = (text: string) => {
  const source = parseSource(text, folder);
  if (source.kind !== 'huggingface') throw new Error('It is not on the hub.');
  return source;
};
const load = (text: string, changes: Partial<FileRequest> = {}) =>
  loadModelFiles(
    hub(text),
    fileRequest(folder, {
      cache: join(folder, 'cache'),
      sha256: null,
      unpinned: true,
      environment: { HF_ENDPOINT: server.address('/'), HF_TOKEN: TOKEN },
      ...changes,
    }),
  );

/** As the hub: any revision names its commit, files of the commit are there. */
function publish(revision: string, sub = ''): void {
  const at = (version: string) => `/some/net/resolve/${version}${sub}`;
  server.files.set(`${at(revision)}/model.json`, (_, response) => {
    response.writeHead(200, { 'x-repo-commit': COMMIT }).end(modelJson());
  });
  for (const [path, bytes] of SHARDS) server.files.set(`${at(COMMIT)}/${path}`, bytes);
}
const refusing =
  (status: number, code?: string): Handler =>
  (_, response) =>
    void response.writeHead(status, code === undefined ? {} : { 'x-error-code': code }).end();

describe('a model of the hub', () => {
  it('is downloaded by the commit that its revision names, with the token', async () => {
    publish('main');
    const files = await load('hf://some/net');
    expect(files).toMatchObject({
      name: 'some/net',
      jsonFile: 'hf://some/net/model.json',
      origin: `hf://some/net@${COMMIT}`,
      sha256: SHA256,
      pinned: false,
    });
    expect(server.paths().sort()).toEqual(
      ['main/model.json', ...SHARDS.map(([path]) => `${COMMIT}/${path}`)]
        .map((path) => `/some/net/resolve/${path}`)
        .sort(),
    );
    expect(server.asked.map(({ authorization }) => authorization)).toEqual(Array(4).fill(`Bearer ${TOKEN}`));
    const [cached] = readdirSync(join(folder, 'cache'));
    expect(readFileSync(join(folder, 'cache', cached, 'origin.json'), 'utf8')).not.toContain(TOKEN);
    await server.close();
    expect(await load('hf://some/net')).toEqual(files);
    await server.open();
  });

  it('is found by revision and folder, and asked for without a token where none is set', async () => {
    publish('refs/pr/3', '/tf js');
    const files = await load('hf://some/net@refs/pr/3/tf js', {
      environment: { HF_ENDPOINT: server.address('') },
      sha256: SHA256,
    });
    expect(files).toMatchObject({ origin: `hf://some/net@${COMMIT}/tf js`, pinned: true });
    expect(server.asked.map(({ authorization }) => authorization)).toEqual(Array(4).fill(undefined));
  });

  it('keeps its token from other hosts, and follows the hub to its network for large files', async () => {
    publish('main');
    const large = `/some/net/resolve/${COMMIT}/${SHARDS[0][0]}`;
    server.files.set(large, redirect(server.address('/large?signature=s3cret', '127.0.0.1')));
    server.files.set('/large', SHARDS[0][1]);
    expect(await errorOf(load('hf://some/net'))).toContain('localhost redirects to another host, 127.0.0.1');
    expect((await load('hf://some/net', { sha256: SHA256 })).sha256).toBe(SHA256);
    expect(server.asked.filter(({ path }) => path === '/large')).toEqual([
      { path: '/large', authorization: undefined },
    ]);
  });

  it('takes the commit from the first answer on the way', async () => {
    publish('main');
    server.files.set('/some/net/resolve/main/model.json', redirect('/blob', { 'x-repo-commit': COMMIT }));
    server.files.set('/blob', modelJson());
    expect((await load('hf://some/net')).origin).toBe(`hf://some/net@${COMMIT}`);
  });

  describe('in safetensors', () => {
    const at = (revision: string, file: string) => `/some/net/resolve/${revision}/${file}`;
    beforeEach(() => {
      server.files.set(at('main', 'config.json'), (_, response) => {
        response.writeHead(200, { 'x-repo-commit': COMMIT }).end('{}');
      });
      server.files.set(at(COMMIT, 'model.safetensors'), BYTES);
      server.files.set(at(COMMIT, 'other.safetensors'), SHARDS[0][1]);
    });

    it('is taken where there is no model.json, and found again without asking', async () => {
      const files = await load('hf://some/net');
      expect(files).toMatchObject({
        format: 'safetensors',
        json: '{}',
        jsonFile: 'hf://some/net/config.json',
        origin: `hf://some/net@${COMMIT}`,
        sha256: SHA256,
      });
      expect(files.shards).toEqual(new Map([['model.safetensors', BYTES]]));
      expect(server.paths()).toEqual([
        at('main', 'model.json'),
        at('main', 'config.json'),
        at(COMMIT, 'model.safetensors'),
      ]);
      await server.close();
      expect(await load('hf://some/net')).toEqual(files);
      await server.open();
    });

    it('may be named, and one file does not stand for another beside the same config', async () => {
      const [, other] = [await load('hf://some/net'), await load('hf://some/net/other.safetensors')];
      expect(other.shards).toEqual(new Map([['other.safetensors', SHARDS[0][1]]]));
      expect(server.paths()).not.toContain(at('main', 'other.json'));
    });

    it('does not take the place of a model.json whose weights are not there', async () => {
      publish('main');
      server.files.delete(at(COMMIT, SHARDS[0][0]));
      expect(await errorOf(load('hf://some/net'))).toContain(`${COMMIT}/${SHARDS[0][0]}`);
      expect(server.paths()).not.toContain(at('main', 'config.json'));
    });

    it('is bounded', async () => {
      const limits = { ...LIMITS_IN_TESTS, weightBytes: 3999 };
      expect(await errorOf(load('hf://some/net', { limits }))).toContain(
        'is larger than the limit of 3999 bytes',
      );
      expect(readdirSync(join(folder, 'cache'))).toEqual([]);
    });
  });

  const supported = 'Supported are TF.js layers models';
  it.each<[string, number, string | undefined, string[]]>([
    ['private', 401, undefined, ['status 401', 'private or gated', 'set HF_TOKEN to a token']],
    ['forbidden', 403, undefined, ['status 403', 'private or gated', 'accept its terms on']],
    [
      'gated',
      403,
      'GatedRepo',
      ['status 403: the model is gated.', '/some/net and set HF_TOKEN to a token of that account'],
    ],
    ['without model.json', 404, 'EntryNotFound', ['the model has no such file (http://localhost', supported]],
    ['without that revision', 404, 'RevisionNotFound', ['the revision does not exist', supported]],
    ['not there', 404, undefined, ['the model, the revision or the file does not exist', supported]],
    ['odd', 451, undefined, ['status 451', 'http://localhost']],
  ])('that is %s is said to be', async (_, status, code, texts) => {
    server.files.set('/some/net/resolve/v1/model.json', refusing(status, code));
    const message = await errorOf(load('hf://some/net@v1'));
    expect(message).toMatch(/^hf:\/\/some\/net@v1\/model\.json: the server answered with status /);
    for (const text of texts) expect(message).toContain(text);
    expect(message).not.toContain(TOKEN);
  });

  it('needs a hash or leave, too', async () => {
    expect(await errorOf(load('hf://some/net', { unpinned: false }))).toContain(
      'hf://some/net/model.json: is a download',
    );
    expect(server.asked).toEqual([]);
  });

  it('is at Hugging Face unless another endpoint is named', () => {
    const environment = { HF_TOKEN: ` ${TOKEN}\n` };
    const { json, resolve, authorization } = hubRemote(
      hub('hf://some/net@v1/deep'),
      environment,
      tfjsFormat(),
    );
    expect(json.href).toBe('https://huggingface.co/some/net/resolve/v1/deep/model.json');
    expect(resolve(json, null)).toEqual({
      base: new URL('https://huggingface.co/some/net/resolve/v1/deep/'),
      origin: 'hf://some/net@v1/deep',
    });
    expect(authorization).toEqual({ origin: 'https://huggingface.co', value: `Bearer ${TOKEN}` });
    const mirror = hubRemote(
      hub('hf://some/net'),
      { HF_ENDPOINT: 'https://mirror.example/hf/' },
      tfjsFormat(),
    );
    expect(mirror.json.href).toBe('https://mirror.example/hf/some/net/resolve/main/model.json');
    expect(mirror.authorization).toBeNull();
  });

  it.each([
    { HF_ENDPOINT: 'mirror.example' },
    { HF_ENDPOINT: 'file:///x' },
    { HF_ENDPOINT: 'https://s3cret@mirror.example' },
    { HF_TOKEN: 's3cret\nx-other: 1' },
    { HF_TOKEN: 's3cret ü' },
  ])('is refused with %j, which is not shown', (environment) => {
    let message = 'made';
    try {
      hubRemote(hub('hf://some/net'), environment, tfjsFormat());
    } catch (error) {
      message = (error as InputError).message;
    }
    expect(message).toMatch(/^The environment variable HF_(ENDPOINT|TOKEN) /);
    expect(message).not.toContain('s3cret');
  });
});
