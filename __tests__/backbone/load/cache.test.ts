import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ModelUnavailable } from '../../../src/backbone/errors.js';
import { loadModelFiles, type FileRequest } from '../../../src/backbone/load.js';
import {
  createTemporaryFolder,
  describeSystemError,
  modelCacheFolder,
  moveIntoPlace,
} from '../../../src/backbone/load/cache.js';
import { errorOf, fileRequest, fileSource, LIMITS_IN_TESTS } from './load-request.js';
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
  folder = mkdtempSync(join(tmpdir(), 'headstart-cache-'));
  cache = fileRequest(folder).cache;
  server = await new ModelServer().open();
  server.serve('/m');
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const hasty = { limits: { ...LIMITS_IN_TESTS, silence: 500 } };
const load = (text: string, changes: Partial<FileRequest> = {}) =>
  loadModelFiles(fileSource(text, folder), fileRequest(folder, changes));
const loadUnpinned = (text: string) => load(text, { sha256: null, unpinned: true });
const left = () => (existsSync(cache) ? readdirSync(cache) : []);
const requests = (path: string) => server.asked.filter((request) => request.path === path).length;
const [, , [deepest, third]] = SHARDS;
const last = `/m/${deepest}`;

describe('a model at an address', () => {
  it('is downloaded whole, and the second time taken from the cache', async () => {
    const files = await load(server.address('/m/model.json?key=s3cret'));
    expect(files).toEqual({
      name: 'm',
      format: 'tfjs',
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
    const unknown = load(server.address('/m/model.json?key=s3cret'), { sha256: null });
    const message = await errorOf(unknown);
    expect(message).toMatch(/\/m\/model\.json: .*no known SHA-256.*backbone-sha256.*allow-unpinned/);
    expect(message).not.toContain('s3cret');
    expect(await errorOf(load(server.address('/m/model.json'), { sha256: 'abc' }))).toContain(
      '64 hexadecimal digits',
    );
    expect(server.asked).toEqual([]);
    expect(await loadUnpinned(server.address('/m/model.json'))).toMatchObject({
      sha256: SHA256,
      pinned: false,
    });
    expect(await load(server.address('/m/model.json'), { sha256: SHA256.toUpperCase() })).toMatchObject({
      pinned: true,
    });
  });

  it('of another hash is named and removed, and the right one is loaded right after', async () => {
    server.files.set(last, Buffer.concat([third.subarray(1), Buffer.from('x')]));
    const message = await errorOf(load(server.address('/m/model.json')));
    expect(message).toContain(`SHA-256 is `);
    expect(message).toContain(`expected ${SHA256}`);
    expect(message).toContain('removed from the cache');
    expect(left()).toEqual([]);
    server.serve('/m');
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
  });

  it.each([
    ['model.json', '/m/model.json'],
    ['a weight file', last],
  ])('without %s names the file', async (_, missing) => {
    server.files.delete(missing);
    const message = await errorOf(load(server.address('/m/model.json')));
    expect(message).toContain(`${server.address(missing)}: the server answered with status 404`);
    expect(left()).toEqual([]);
  });

  it('with a file too long is refused while it streams, with and without its length', async () => {
    server.files.set(last, Buffer.alloc(5000));
    const message = `${server.address(last)}: is larger than the limit of 2400 bytes.`;
    expect(await errorOf(load(server.address('/m/model.json')))).toBe(message);
    let sent = 0;
    server.files.set(last, (request, response) => {
      const more = setInterval(() => (response.write(Buffer.alloc(1000)), (sent += 1000)), 1);
      request.socket.once('close', () => clearInterval(more));
    });
    expect(await errorOf(load(server.address('/m/model.json')))).toBe(message);
    expect(sent).toBeLessThan(1e6);
    expect(left()).toEqual([]);
  });

  it('whose file says that it is too long is refused at its first line', async () => {
    server.files.set(
      last,
      (_, response) => void response.writeHead(200, { 'content-length': 1e9 }).write('x'),
    );
    expect(await errorOf(load(server.address('/m/model.json')))).toContain(
      'group2.bin: is larger than the limit of 2400 bytes',
    );
  });

  it('whose second file of a group is longer than what the first one leaves is refused', async () => {
    server.files.set('/m/group1-shard2of2', Buffer.alloc(601));
    expect(await errorOf(load(server.address('/m/model.json')))).toContain(
      'group1-shard2of2: is larger than the limit of 600 bytes',
    );
  });

  it('with a file too short is truncated, and nothing of it stays', async () => {
    server.files.set('/m/group1-shard2of2', BYTES.subarray(0, 590));
    expect(await errorOf(load(server.address('/m/model.json')))).toMatch(
      /\/m\/model\.json: .*truncated: group1-shard1of2 to group1-shard2of2 are 10 bytes too short/,
    );
    expect(left()).toEqual([]);
  });

  it('whose model.json is huge, or promises more than is read, is refused', async () => {
    const huge = (_: unknown, response: { write: (bytes: Buffer) => void; end: () => void }) => {
      for (let sent = 0; sent < 18; sent++) response.write(Buffer.alloc(2 ** 20, ' '));
      response.end();
    };
    server.files.set('/m/model.json', huge);
    expect(await errorOf(load(server.address('/m/model.json')))).toContain('limit of 16777216 bytes');
    const weights = [{ name: 'w', dtype: 'float32', shape: [2 ** 28] }];
    server.serve('/m', modelJson([{ paths: ['x'], weights }]));
    expect(await errorOf(load(server.address('/m/model.json')))).toContain('more than 512 MiB');
    expect(requests('/m/x')).toBe(0);
  });

  it('that comes compressed is refused before it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50e6));
    server.files.set(last, (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    expect(await errorOf(load(server.address('/m/model.json')))).toContain('compresses the file');
  });

  it.each(['../secret', 'https://a.example/x', '/etc/passwd', '..\\x', '%2e%2e/secret'])(
    'that names the weight file %s is refused and not asked for it',
    async (path) => {
      server.serve('/m', modelJson(manifest([path])));
      expect(await errorOf(load(server.address('/m/model.json')))).toContain('lists the weight file');
      expect(server.paths()).toEqual(['/m/model.json']);
    },
  );
});

describe('a server in trouble', () => {
  it('is asked again after 500 and 429, up to three times', async () => {
    server.files.set('/m/model.json', failing(server, modelJson(), 500, 429));
    server.files.set(last, failing(server, third, 503, 502, 500));
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(requests(last)).toBe(4);
  });

  it('that stays in trouble is named, and nothing stays of the download', async () => {
    server.files.set(last, failing(server, third, 503, 503, 503, 503));
    expect(await errorOf(load(server.address('/m/model.json')), ModelUnavailable)).toContain(
      `${server.address(last)}: the server answered with status 503, after 3 retries`,
    );
    expect(left()).toEqual([]);
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(left()).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('that answers nothing is given up after the silence', async () => {
    server.files.set('/m/model.json', () => undefined);
    expect(await errorOf(load(server.address('/m/model.json?key=s3cret'), hasty), ModelUnavailable)).toBe(
      `${server.address('/m/model.json')}: localhost:${server.port} did not respond within 0.5 s.`,
    );
  });

  it('that falls silent within a file is asked again', async () => {
    let times = 0;
    server.files.set(last, (_, response) => {
      if (times++ > 0) {
        server.send(response, third);
        return;
      }
      response.writeHead(200, { 'content-length': third.length });
      response.write(third.subarray(0, 700));
    });
    expect((await load(server.address('/m/model.json'), hasty)).sha256).toBe(SHA256);
    expect(requests(last)).toBe(2);
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
    expect(requests(last)).toBe(1);
  });

  it('that is not there is named', async () => {
    await server.close();
    expect(await errorOf(load(server.address('/m/model.json')), ModelUnavailable)).toMatch(
      /model\.json: localhost:\d+ cannot be reached \(ECONNREFUSED\)\.$/,
    );
    await server.open();
  });

  it('does not hold up a run that is cancelled or out of time', async () => {
    server.files.set(last, (_, response) => void response.writeHead(200).write('x'));
    const slow = { limits: { ...LIMITS_IN_TESTS, silence: 60_000 } };
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const cancelled = load(server.address('/m/model.json'), { ...slow, signal: abort.signal });
    expect(await errorOf(cancelled, ModelUnavailable)).toContain(
      'the download was stopped, the run was cancelled.',
    );
    server.files.set('/m/model.json', () => undefined);
    const limit = new AbortController();
    setTimeout(() => limit.abort(Object.assign(new Error(), { name: 'TimeoutError' })), 50);
    const late = load(server.address('/m/model.json'), { ...slow, signal: limit.signal });
    expect(await errorOf(late, ModelUnavailable)).toContain('the download was stopped, it took too long.');
  });
});

describe('a connection that breaks', () => {
  it('is retried, and only complete files stay', async () => {
    server.files.set(last, broken(third, 900, 2));
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
    expect(requests(last)).toBe(3);
    const files = ['0.bin', '1.bin', '2.bin', 'model.json', 'origin.json'];
    expect(left()).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(readdirSync(join(cache, left()[0])).sort()).toEqual(files);
  });

  it('too often leaves nothing, and the next run starts over', async () => {
    server.files.set(last, broken(third, 900));
    const once = { limits: { ...LIMITS_IN_TESTS, retries: 0 } };
    expect(await errorOf(load(server.address('/m/model.json'), once), ModelUnavailable)).toContain(
      'connection was interrupted',
    );
    expect(left()).toEqual([]);
    expect((await load(server.address('/m/model.json'), once)).sha256).toBe(SHA256);
    expect(requests('/m/model.json')).toBe(2);
  });
});

describe('redirects', () => {
  it('on the same host lead to the files beside the final address', async () => {
    server.files.set('/latest.json', redirect('/m/model.json?signed=s3cret'));
    const files = await loadUnpinned(server.address('/latest.json'));
    expect(files).toMatchObject({ sha256: SHA256, origin: server.address('/m/model.json') });
    expect(files.jsonFile).toBe(server.address('/latest.json'));
  });

  it('to another host are followed with a hash only', async () => {
    server.files.set('/else.json', redirect(server.address('/m/model.json?key=s3cret', '127.0.0.1')));
    const message = await errorOf(loadUnpinned(server.address('/else.json')));
    expect(message).toMatch(/else\.json: localhost redirects to another host, 127\.0\.0\.1/);
    expect(message).toContain(server.address('/m/model.json', '127.0.0.1'));
    expect(message).not.toContain('s3cret');
    expect(server.paths()).toEqual(['/else.json']);
    expect(await load(server.address('/else.json'))).toMatchObject({
      sha256: SHA256,
      origin: server.address('/m/model.json', '127.0.0.1'),
    });
  });

  it('in a circle end', async () => {
    server.files.set('/a.json', redirect('/b.json'));
    server.files.set('/b.json', redirect('/a.json'));
    expect(await errorOf(load(server.address('/a.json')))).toContain('redirects more than 5 times');
    expect(server.asked).toHaveLength(6);
  });
});

describe('the cache', () => {
  it('lies where the environment says, absolute or not at all', () => {
    const all = {
      HEADSTART_CACHE: '/own',
      RUNNER_TOOL_CACHE: '/tools',
      XDG_CACHE_HOME: '/xdg',
      HOME: '/own-home',
    };
    expect(modelCacheFolder(all, 'linux')).toBe('/own/models');
    expect(modelCacheFolder({ ...all, HEADSTART_CACHE: 'relative' }, 'linux')).toBe(
      '/tools/headstart/models',
    );
    expect(modelCacheFolder({ XDG_CACHE_HOME: '/xdg', HOME: '/own-home' }, 'linux')).toBe(
      '/xdg/headstart/models',
    );
    expect(modelCacheFolder({ HOME: '/own-home' }, 'linux')).toBe('/own-home/.cache/headstart/models');
    expect(modelCacheFolder({ HOME: 'me' }, 'linux')).toBeNull();
  });

  it('that is damaged is emptied, and the next run downloads again', async () => {
    await load(server.address('/m/model.json'));
    const whole = join(cache, left()[0]);
    writeFileSync(join(whole, '2.bin'), 'x');
    expect(await errorOf(load(server.address('/m/model.json')))).toContain('truncated');
    expect(left()).toEqual([]);
    await load(server.address('/m/model.json'));
    rmSync(join(whole, 'model.json'));
    expect(await errorOf(load(server.address('/m/model.json')))).toContain('cannot be read (ENOENT)');
    expect((await load(server.address('/m/model.json'))).sha256).toBe(SHA256);
  });

  it('serves runs at the same time', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => load(server.address('/m/model.json'))));
    expect(runs.map(({ sha256 }) => sha256)).toEqual([SHA256, SHA256, SHA256]);
    expect(left()).toHaveLength(1);
  });

  it('that is not writable is named', async () => {
    writeFileSync(join(folder, 'file'), '');
    const message = await errorOf(
      load(server.address('/m/model.json'), { cache: join(folder, 'file') }),
      ModelUnavailable,
    );
    expect(message).toContain('/m/model.json: ');
    expect(message).toContain(`${join(folder, 'file')} (EEXIST)`);
  });
});

describe('a system error', () => {
  it('of disk or protocol becomes a sentence without secrets', () => {
    const described = (fields: object) => {
      const error = Object.assign(new Error('with s3cret'), fields);
      return (describeSystemError(error, 'a.example/model.json', '/cache') as Error).message;
    };
    expect(described({ code: 'ENOSPC', syscall: 'write' })).toMatch(
      /^a\.example\/model\.json: .*full: \/cache/,
    );
    expect(described({ code: 'EROFS', syscall: 'open' })).toMatch(/saved in \/cache \(EROFS\)/);
    expect(described({ code: 'HPE_INVALID_CONSTANT' })).toMatch(
      /response is invalid \(HPE_INVALID_CONSTANT\)/,
    );
    expect(describeSystemError(new TypeError('defect'), '', '')).toBeInstanceOf(TypeError);
  });
});

describe('the temporary folder of a download', () => {
  it('is for one process alone', () => {
    const final = join(folder, 'key');
    const temporary = createTemporaryFolder(final);
    expect(createTemporaryFolder(final)).not.toBe(temporary);
    writeFileSync(join(temporary, '0.bin'), 'x');
    moveIntoPlace(temporary, final);
    expect(readdirSync(final)).toEqual(['0.bin']);
  });

  it('of a process that was killed is removed after a day', () => {
    const final = join(folder, 'key');
    const [abandoned, recent] = [createTemporaryFolder(final), createTemporaryFolder(final)];
    const old = Date.now() / 1000 - 25 * 3600;
    utimesSync(abandoned, old, old);
    createTemporaryFolder(final);
    expect([abandoned, recent].map((path) => existsSync(path))).toEqual([false, true]);
  });

  it('gives way to another process that was faster', () => {
    const final = join(folder, 'key');
    const temporary = createTemporaryFolder(final);
    mkdirSync(final);
    writeFileSync(join(final, '0.bin'), 'first');
    writeFileSync(join(temporary, '0.bin'), 'second');
    moveIntoPlace(temporary, final);
    expect(readFileSync(join(final, '0.bin'), 'utf8')).toBe('first');
  });
});
