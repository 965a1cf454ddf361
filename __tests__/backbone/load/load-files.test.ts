import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CATALOGUE } from '../../../src/backbone/load/catalogue.js';
import { LIMITS } from '../../../src/backbone/load/limits.js';
import { modelFiles, type FileSource, type LoadRequest } from '../../../src/backbone/load/load-files.js';
import { modelCache } from '../../../src/backbone/load/places.js';
import { parseSource } from '../../../src/backbone/load/source.js';
import { ModelUnavailable } from '../../../src/backbone/load/unavailable.js';
import { InputError } from '../../../src/problem.js';
import {
  broken,
  BYTES,
  failing,
  manifest,
  modelJson,
  ModelServer,
  redirect,
  SHA256,
  SHARDS,
} from './model-server.js';

let folder: string;
let cache: string;
let server: ModelServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-load-'));
  cache = join(folder, 'cache', 'models');
  server = await new ModelServer().open();
  server.serve('/m');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const quick = { ...LIMITS, silence: 10_000, pause: 5 };
const hasty = { limits: { ...quick, silence: 500 } };
const from = (text: string): FileSource => {
  const source = parseSource(text, folder);
  if (source.kind === 'embedded' || source.kind === 'auto') throw new Error('has no files');
  return source;
};
const whole = (request: Partial<LoadRequest>) => ({
  cwd: folder,
  cache,
  signal: new AbortController().signal,
  sha256: SHA256,
  unpinned: false,
  environment: {},
  limits: quick,
  ...request,
});
const load = (text: string, request: Partial<LoadRequest> = {}) => modelFiles(from(text), whole(request));
const unpinned = (text: string, request: Partial<LoadRequest> = {}) => {
  const { sha256, ...rest } = whole(request);
  expect(sha256).toBe(SHA256);
  return modelFiles(from(text), { ...rest, unpinned: request.unpinned ?? true });
};
async function refusal(
  work: Promise<unknown>,
  kind: typeof InputError | typeof ModelUnavailable = InputError,
) {
  try {
    await work;
  } catch (error) {
    if (error instanceof kind) return error.message;
    throw error;
  }
  return 'loaded';
}
const left = () => (existsSync(cache) ? readdirSync(cache) : []);
const ranges = (path: string) => server.asked.filter((one) => one.path === path).map(({ range }) => range);
const [[, first], , [deepest, third]] = SHARDS;
const last = `/m/${deepest}`;

describe('a model at an address', () => {
  it('is downloaded whole, and the second time taken from the cache', async () => {
    const files = await load(server.address('/m/model.json?key=s3cret'));
    expect(files).toEqual({
      name: 'm',
      form: 'tfjs',
      json: modelJson(),
      jsonFile: server.address('/m/model.json'),
      shards: new Map(SHARDS),
      sha256: SHA256,
      origin: server.address('/m/model.json'),
      pinned: true,
    });
    expect([...files.shards.keys()]).toEqual(SHARDS.map(([path]) => path));
    expect(server.asked).toHaveLength(4);
    expect(left()).toHaveLength(1);
    expect(readFileSync(join(cache, left()[0], 'origin.json'), 'utf8')).not.toContain('s3cret');
    await server.close();
    expect(await load(server.address('/m/model.json?key=s3cret'))).toEqual(files);
    await server.open();
  });

  it('needs a hash or leave before anything is asked for', async () => {
    const message = await refusal(unpinned(server.address('/m/model.json?key=s3cret'), { unpinned: false }));
    expect(message).toBe(
      `${server.address('/m/model.json')}: is a download, and no hash says which weights are expected. Give the SHA-256 of the weight files joined in manifest order (backbone-sha256), or accept whatever comes (allow-unpinned); the report then names the hash.`,
    );
    expect(await refusal(load(server.address('/m/model.json'), { sha256: 'abc' }))).toContain(
      '64 hexadecimal digits',
    );
    expect(server.asked).toEqual([]);
    expect(await unpinned(server.address('/m/model.json'))).toMatchObject({ sha256: SHA256, pinned: false });
    expect(await load(server.address('/m/model.json'), { sha256: SHA256.toUpperCase() })).toMatchObject({
      pinned: true,
    });
  });

  it('of another hash is named and removed, and the right one is loaded right after', async () => {
    server.files.set(last, Buffer.concat([third.subarray(1), Buffer.from('x')]));
    const message = await refusal(load(server.address('/m/model.json')));
    expect(message).toContain(`their SHA-256 is `);
    expect(message).toContain(`and should be ${SHA256}. Check where they come from`);
    expect(message).toContain('The download was removed from the cache.');
    expect(left()).toEqual([]);
    server.serve('/m');
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
  });

  it.each([
    ['model.json', '/m/model.json'],
    ['a weight file', last],
  ])('without %s names the file', async (_, missing) => {
    server.files.delete(missing);
    expect(await refusal(load(server.address('/m/model.json')))).toBe(
      `${server.address(missing)}: the server answers 404: there is no such file. Check that the address of the model.json is whole, and that anyone may read it and its weight files.`,
    );
    expect(left()).toEqual([]);
  });

  it('with a file too long is refused while it streams, with and without its length', async () => {
    server.files.set(last, Buffer.alloc(5000));
    const message = `${server.address(last)}: it is longer than 2400 bytes, the most that it may have.`;
    expect(await refusal(load(server.address('/m/model.json')))).toBe(message);
    let sent = 0;
    server.files.set(last, (request, response) => {
      const more = setInterval(() => (response.write(Buffer.alloc(1000)), (sent += 1000)), 1);
      request.socket.once('close', () => clearInterval(more));
    });
    expect(await refusal(load(server.address('/m/model.json')))).toBe(message);
    expect(sent).toBeLessThan(1e6);
    expect(left()).toEqual([]);
  });

  it('whose file says that it is too long is refused at its first line', async () => {
    server.files.set(
      last,
      (_, response) => void response.writeHead(200, { 'content-length': 1e9 }).write('x'),
    );
    expect(await refusal(load(server.address('/m/model.json')))).toContain(
      'group2.bin: it is longer than 2400 bytes',
    );
  });

  it('whose second file of a group is longer than what the first one leaves is refused', async () => {
    server.files.set('/m/group1-shard2of2', Buffer.alloc(601));
    expect(await refusal(load(server.address('/m/model.json')))).toContain(
      'group1-shard2of2: it is longer than 600 bytes',
    );
  });

  it('with a file too short is truncated, and nothing of it stays', async () => {
    server.files.set('/m/group1-shard2of2', BYTES.subarray(0, 590));
    expect(await refusal(load(server.address('/m/model.json')))).toBe(
      `${server.address('/m/model.json')}: has weights whose file is truncated: group1-shard1of2 to group1-shard2of2 are 10 bytes shorter than they need. Get the files anew from where they were made.`,
    );
    expect(left()).toEqual([]);
  });

  it('whose model.json is huge, or promises more than is read, is refused', async () => {
    const huge = (_: unknown, response: { write: (bytes: Buffer) => void; end: () => void }) => {
      for (let sent = 0; sent < 18; sent++) response.write(Buffer.alloc(2 ** 20, ' '));
      response.end();
    };
    server.files.set('/m/model.json', huge);
    expect(await refusal(load(server.address('/m/model.json')))).toContain('longer than 16777216 bytes');
    server.serve('/m', modelJson([{ paths: ['x'], weights: [{ dtype: 'float32', shape: [2 ** 28] }] }]));
    expect(await refusal(load(server.address('/m/model.json')))).toContain(
      'promises 1024 MiB of weights; 512 MiB are',
    );
  });

  it('that comes compressed is refused before it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50e6));
    server.files.set(last, (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    expect(await refusal(load(server.address('/m/model.json')))).toContain(
      'sends it compressed although that was not',
    );
  });

  it.each(['../secret', 'https://a.example/x', '/etc/passwd', '..\\x', '%2e%2e/secret'])(
    'that names the weight file %s is refused and not asked for it',
    async (path) => {
      server.serve('/m', modelJson(manifest([path])));
      expect(await refusal(load(server.address('/m/model.json')))).toContain('names the weight file');
      expect(server.paths()).toEqual(['/m/model.json']);
    },
  );
});

describe('a server in trouble', () => {
  it('is asked again after 500 and 429, up to three times', async () => {
    server.files.set('/m/model.json', failing(server, modelJson(), 500, 429));
    server.files.set(last, failing(server, third, 503, 502, 500));
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(ranges(last)).toHaveLength(4);
  });

  it('that stays in trouble is named, and what was downloaded is not asked for again', async () => {
    server.files.set(last, failing(server, third, 503, 503, 503, 503));
    expect(await refusal(load(server.address('/m/model.json')), ModelUnavailable)).toBe(
      `${server.address(last)}: the server answers 503, also when asked again.`,
    );
    expect(left()).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.partial$/)]);
    const before = server.asked.length;
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(server.paths().slice(before)).not.toContain('/m/model.json');
    expect(left()).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('that answers nothing is given up after the silence', async () => {
    server.files.set('/m/model.json', () => undefined);
    expect(await refusal(load(server.address('/m/model.json?key=s3cret'), hasty), ModelUnavailable)).toBe(
      `${server.address('/m/model.json')}: localhost:${server.port} gives no answer for 0.5 s.`,
    );
  });

  it('that falls silent within a file is asked for the rest', async () => {
    let times = 0;
    server.files.set(last, (request, response) => {
      if (times++ > 0) {
        server.send(request, response, third);
        return;
      }
      response.writeHead(200, { 'content-length': third.length, etag: etagOf(third) });
      response.write(third.subarray(0, 700));
    });
    expect((await load(server.address('/m/model.json'), hasty)).sha256).toBe(SHA256);
    expect(ranges(last)).toEqual([undefined, 'bytes=700-']);
  });

  it('that is slow but never silent is waited for', async () => {
    server.files.set(last, (_, response) => {
      let sent = 0;
      const more = setInterval(() => {
        if (sent < third.length) return void response.write(third.subarray(sent, (sent += 200)));
        clearInterval(more);
        response.end();
      }, 100);
    });
    expect((await load(server.address('/m/model.json'), hasty)).sha256).toBe(SHA256);
    expect(ranges(last)).toHaveLength(1);
  });

  it('that is not there is named', async () => {
    await server.close();
    expect(await refusal(load(server.address('/m/model.json')), ModelUnavailable)).toMatch(
      /model\.json: localhost:\d+ cannot be reached \(ECONNREFUSED\)\.$/,
    );
    await server.open();
  });

  it('does not hold up a run that is cancelled or out of time', async () => {
    server.files.set(last, (_, response) => void response.writeHead(200).write('x'));
    const slow = { limits: { ...quick, silence: 60_000 } };
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const cancelled = load(server.address('/m/model.json'), { ...slow, signal: abort.signal });
    expect(await refusal(cancelled, ModelUnavailable)).toContain(
      'the download was stopped, the run was cancelled.',
    );
    server.files.set('/m/model.json', () => undefined);
    rmSync(cache, { recursive: true });
    const limit = new AbortController();
    setTimeout(() => limit.abort(Object.assign(new Error(), { name: 'TimeoutError' })), 50);
    const late = load(server.address('/m/model.json'), { ...slow, signal: limit.signal });
    expect(await refusal(late, ModelUnavailable)).toContain('the download was stopped, it took too long.');
  });
});

const etagOf = (bytes: Buffer) => `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;

describe('a connection that breaks', () => {
  it('is resumed where it broke', async () => {
    server.files.set(last, broken(server, third, 900, 2));
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(ranges(last)).toEqual([undefined, 'bytes=900-', 'bytes=900-']);
    const files = ['0.bin', '1.bin', '2.bin', 'model.json', 'origin.json'];
    expect(readdirSync(join(cache, left()[0])).sort()).toEqual(files);
  });

  it('is resumed by the next run', async () => {
    server.files.set(last, broken(server, third, 900));
    const once = { limits: { ...quick, retries: 0 } };
    expect(await refusal(load(server.address('/m/model.json'), once), ModelUnavailable)).toContain(
      'the connection broke',
    );
    expect((await load(server.address('/m/model.json'), once)).sha256).toBe(SHA256);
    expect(ranges(last)).toEqual([undefined, 'bytes=900-']);
    expect(ranges('/m/model.json')).toHaveLength(1);
  });

  it('begins anew where the server knows no ranges, names no version, or has another', async () => {
    server.ranges = false;
    server.files.set(last, broken(server, third, 900));
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(ranges(last)).toEqual([undefined, undefined]);
    server.ranges = true;
    const other = Buffer.from(first).reverse();
    let times = 0;
    server.files.set('/m/group1-shard1of2', (request, response) =>
      times++ === 0 ? broken(server, other, 300)(request, response) : server.send(request, response, first),
    );
    rmSync(cache, { recursive: true });
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(ranges('/m/group1-shard1of2').slice(-2)).toEqual([undefined, 'bytes=300-']);
  });

  it.each<[string, number, Record<string, string>]>([
    ['another range', 206, { 'content-range': 'bytes 0-2399/2400' }],
    ['no range', 206, {}],
    ['another version', 206, { 'content-range': 'bytes 900-2399/2400', etag: '"other"' }],
    ['no such range', 416, { 'content-range': 'bytes */2400' }],
  ])('begins anew when it is answered with %s', async (_, status, headers) => {
    const drop = broken(server, third, 900);
    server.files.set(last, (request, response) => {
      if (request.headers.range === undefined) {
        drop(request, response);
        return;
      }
      response.writeHead(status, headers).end(third);
    });
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(ranges(last)).toEqual([undefined, 'bytes=900-', undefined]);
  });
});

describe('redirects', () => {
  it('on the same host lead to the files beside the final address', async () => {
    server.files.set('/latest.json', redirect('/m/model.json?signed=s3cret'));
    const files = await unpinned(server.address('/latest.json'));
    expect(files).toMatchObject({ sha256: SHA256, origin: server.address('/m/model.json') });
    expect(files.jsonFile).toBe(server.address('/latest.json'));
  });

  it('to another host are followed with a hash only', async () => {
    server.files.set('/else.json', redirect(server.address('/m/model.json?key=s3cret', '127.0.0.1')));
    expect(await refusal(unpinned(server.address('/else.json')))).toBe(
      `${server.address('/else.json')}: localhost redirects to another host, 127.0.0.1, and no hash says what is expected. Give the hash (backbone-sha256), or write the final address if you trust it: ${server.address('/m/model.json', '127.0.0.1')}`,
    );
    expect(server.paths()).toEqual(['/else.json']);
    expect(await load(server.address('/else.json'))).toMatchObject({
      sha256: SHA256,
      origin: server.address('/m/model.json', '127.0.0.1'),
    });
  });

  it('in a circle end', async () => {
    server.files.set('/a.json', redirect('/b.json'));
    server.files.set('/b.json', redirect('/a.json'));
    expect(await refusal(load(server.address('/a.json')))).toContain(
      'the server redirects more than 5 times.',
    );
    expect(server.asked).toHaveLength(6);
  });
});

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
    const files = await unpinned('nets/small/', { unpinned: false });
    expect(files).toMatchObject({
      name: 'small',
      jsonFile: 'nets/small/model.json',
      origin: 'nets/small/',
      pinned: false,
    });
    expect(files.shards).toEqual(new Map(SHARDS));
    expect(await load('./nets/small/model.json')).toMatchObject({ sha256: SHA256, pinned: true });
    expect(await refusal(load('nets/small', { sha256: '0'.repeat(64) }))).toContain(
      `nets/small/model.json: has other weights than expected: their SHA-256 is ${SHA256} and should be 000`,
    );
    expect(server.asked).toEqual([]);
  });

  it('may be a safetensors file beside its config.json', async () => {
    const own = join(folder, 'pt');
    mkdirSync(own);
    writeFileSync(join(own, 'config.json'), '{}');
    writeFileSync(join(own, 'model.safetensors'), BYTES);
    const files = await load('./pt');
    expect(files).toMatchObject({
      name: 'pt',
      form: 'safetensors',
      json: '{}',
      jsonFile: './pt/config.json',
    });
    expect(files.shards).toEqual(new Map([['model.safetensors', BYTES]]));
    writeFileSync(join(own, 'other.safetensors'), first);
    expect((await unpinned('pt/other.safetensors')).shards).toEqual(new Map([['other.safetensors', first]]));
    expect(await refusal(load('pt', { limits: { ...quick, weightBytes: 3999 } }))).toContain(
      './pt/model.safetensors: is longer than 3999 bytes'.slice(2),
    );
    rmSync(join(own, 'config.json'));
    expect(await refusal(load('pt'))).toContain('pt/config.json: "config.json" does not exist.');
  });

  it('is refused when it is not there or not whole', async () => {
    expect(await refusal(load('./none'))).toBe(
      './none: does not exist. Name a folder with a TF.js model.json, or with a model.safetensors and its config.json, or the file itself; a model of Hugging Face is written hf://owner/model.',
    );
    mkdirSync(join(folder, 'empty'));
    expect(await refusal(load('empty'))).toContain('empty: holds no model.json and no model.safetensors.');
    const own = put('net');
    rmSync(join(own, 'deep/group2.bin'));
    expect(await refusal(load('net'))).toContain('net/model.json: "deep/group2.bin" does not exist.');
    writeFileSync(join(own, 'deep/group2.bin'), third.subarray(1));
    expect(await refusal(load('net'))).toContain('truncated: deep/group2.bin is 1 bytes shorter');
    writeFileSync(join(own, 'deep/group2.bin'), Buffer.alloc(2401));
    expect(await refusal(load('net'))).toContain('net/deep/group2.bin: is longer than 2400 bytes');
    rmSync(join(own, 'deep/group2.bin'));
    mkdirSync(join(own, 'deep/group2.bin'));
    expect(await refusal(load('net'))).toContain('net/deep/group2.bin: is no plain file.');
    expect(await refusal(load('net', { limits: { ...quick, jsonBytes: 10 } }))).toContain(
      'longer than 10 bytes',
    );
  });

  it('follows links within it only', async () => {
    const own = put('net');
    writeFileSync(join(folder, 'secret.bin'), third);
    rmSync(join(own, 'deep/group2.bin'));
    symlinkSync(join(folder, 'secret.bin'), join(own, 'deep/group2.bin'));
    expect(await refusal(load('net'))).toContain(
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
      for (const { name, sha256, bytes } of CATALOGUE) {
        if (sha256 === null) continue;
        const files = await load(join(shared, name), { sha256 });
        expect([...files.shards.values()].reduce((sum, shard) => sum + shard.length, 0)).toBe(bytes);
        expect(files).toMatchObject({ name, sha256, pinned: true });
      }
    },
  );
});

describe('the cache', () => {
  it('lies where the environment says, absolute or not at all', () => {
    const all = {
      HEADSTART_CACHE: '/own',
      RUNNER_TOOL_CACHE: '/tools',
      XDG_CACHE_HOME: '/xdg',
      HOME: '/own-home',
    };
    expect(modelCache(all, 'linux')).toBe('/own/models');
    expect(modelCache({ ...all, HEADSTART_CACHE: 'relative' }, 'linux')).toBe('/tools/headstart/models');
    expect(modelCache({ XDG_CACHE_HOME: '/xdg', HOME: '/own-home' }, 'linux')).toBe('/xdg/headstart/models');
    expect(modelCache({ HOME: '/own-home' }, 'linux')).toBe('/own-home/.cache/headstart/models');
    expect(modelCache({ HOME: 'me' }, 'linux')).toBeNull();
  });

  it('of a run with a hash is not gone on with by one that trusts less', async () => {
    server.files.set('/else.json', redirect(server.address('/m/model.json', '127.0.0.1')));
    server.files.set(last, failing(server, third, 503));
    const once = { limits: { ...quick, retries: 0 } };
    await refusal(load(server.address('/else.json'), once), ModelUnavailable);
    expect(left()).toHaveLength(1);
    expect(await refusal(unpinned(server.address('/else.json')))).toContain(
      'redirects to another host, 127.0.0.1',
    );
    expect(left()).toEqual([]);
  });

  it('that is damaged is emptied, and the next run downloads anew', async () => {
    await load(server.address('/m/model.json'));
    const whole = join(cache, left()[0]);
    writeFileSync(join(whole, '2.bin'), 'x');
    expect(await refusal(load(server.address('/m/model.json')))).toContain('truncated');
    expect(left()).toEqual([]);
    await load(server.address('/m/model.json'));
    rmSync(join(whole, 'model.json'));
    expect(await refusal(load(server.address('/m/model.json')))).toContain('cannot be read (ENOENT)');
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
  });

  it('serves runs at the same time', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => load(server.address('/m/model.json'))));
    expect(runs.map(({ sha256 }) => sha256)).toEqual([SHA256, SHA256, SHA256]);
    expect(left()).toHaveLength(1);
  });

  it('that cannot be written to is named', async () => {
    writeFileSync(join(folder, 'file'), '');
    const message = await refusal(
      load(server.address('/m/model.json'), { cache: join(folder, 'file') }),
      ModelUnavailable,
    );
    expect(message).toBe(
      `${server.address('/m/model.json')}: it cannot be kept in ${join(folder, 'file')} (EEXIST).`,
    );
  });
});
