import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inParallel } from '../../../src/backbone/load/in-parallel.js';
import { LIMITS } from '../../../src/backbone/load/limits.js';
import { modelFiles } from '../../../src/backbone/load/load-files.js';
import { brokenConnection, passingStatus } from '../../../src/backbone/load/transient-error.js';
import { redirectTarget, type Trust } from '../../../src/backbone/load/redirect.js';
import { claimStaging, leaveStaging, settleStaging } from '../../../src/backbone/load/staging.js';
import { unavailable } from '../../../src/backbone/load/unavailable.js';
import { modelJson, SHA256, SHARDS } from './model-server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('where a redirect may lead', () => {
  const unpinned: Trust = { pinned: false, hub: null };
  const target = (from: string, to: string | undefined, trust = unpinned): string => {
    try {
      return redirectTarget(new URL(from), to, trust).href;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('never from https to http, not even with a hash', () => {
    for (const trust of [unpinned, { pinned: true, hub: null }]) {
      expect(target('https://a.example/x?key=s3cret', 'http://a.example/x', trust)).toBe(
        'https://a.example/x: the server redirects from https:// to http://, which is not followed. Write the final address of the model.json.',
      );
    }
    expect(target('http://a.example/x', 'file:///etc/passwd', { pinned: true, hub: null })).toContain(
      'not followed',
    );
    expect(target('http://a.example/x', 'https://a.example/y')).toBe('https://a.example/y');
  });

  it('to a relative address, without its fragment', () => {
    expect(target('https://a.example/x/y', '../z?q#f')).toBe('https://a.example/z?q');
    expect(target('https://a.example/x', undefined)).toContain('redirects to no address');
    expect(target('https://a.example/x', 'https://')).toContain('redirects to no address');
  });

  it('to another host with a hash, or within Hugging Face', () => {
    expect(target('https://a.example/x', 'https://b.example/x')).toContain(
      'a.example redirects to another host, b.example',
    );
    expect(target('https://a.example/x', 'https://b.example/x', { pinned: true, hub: null })).toBe(
      'https://b.example/x',
    );
    const large = 'https://cdn-lfs.huggingface.co/x?sig=1';
    expect(target('https://huggingface.co/x', large)).toBe(large);
    expect(target('https://huggingface.co/x', 'https://cas-bridge.xethub.hf.co/x')).toBe(
      'https://cas-bridge.xethub.hf.co/x',
    );
    expect(target('https://mirror.example/x', large)).toContain('another host');
    expect(target('https://mirror.example/x', large, { pinned: false, hub: 'mirror.example' })).toBe(large);
    expect(target('https://huggingface.co/x', 'https://huggingface.co.evil.example/x')).toContain(
      'another host',
    );
    expect(target('https://huggingface.co/x', 'https://evilhf.co/x')).toContain('another host');
  });
});

describe('what is asked for again', () => {
  it('is what 408, 429 and 5xx stand for, after the time that the server names', () => {
    expect([200, 206, 304, 400, 401, 403, 404, 410].map((status) => passingStatus(status, '1'))).toEqual(
      Array(8).fill(null),
    );
    expect([408, 429, 500, 503, 599].map((status) => passingStatus(status, undefined)?.wait)).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(passingStatus(429, '2')?.wait).toBe(2000);
    expect(passingStatus(503, '99999')?.wait).toBe(30_000);
    expect(passingStatus(503, 'Wed, 21 Oct 2026 07:28:00 GMT')?.wait).toBe(0);
  });

  it('is what broke, not what is refused or wrong', () => {
    const of = (code: string) =>
      brokenConnection(Object.assign(new Error('GET /?key=s3cret'), { code }))?.message ?? null;
    expect(of('ECONNRESET')).toBe('the connection broke (ECONNRESET)');
    expect(['ECONNREFUSED', 'ENOTFOUND', 'ENOSPC', 'CERT_HAS_EXPIRED'].map(of)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('is not what the disk or the protocol refuses, which is said in a sentence', () => {
    const said = (fields: object) => {
      const error = unavailable(
        Object.assign(new Error('with s3cret'), fields),
        'a.example/model.json',
        '/cache',
      );
      return (error as Error).message;
    };
    expect(said({ code: 'ENOSPC', syscall: 'write' })).toBe(
      'a.example/model.json: the disk is full, where downloads are kept: /cache.',
    );
    expect(said({ code: 'EROFS', syscall: 'open' })).toBe(
      'a.example/model.json: it cannot be kept in /cache (EROFS).',
    );
    expect(said({ code: 'HPE_INVALID_CONSTANT' })).toBe(
      'a.example/model.json: the server’s answer cannot be read (HPE_INVALID_CONSTANT).',
    );
    expect(unavailable(new TypeError('defect'), '', '')).toBeInstanceOf(TypeError);
  });
});

describe('a folder on its way', () => {
  it('is one process’s alone, and what is left of it is the next one’s', () => {
    const own = claimStaging(folder, 'key');
    expect(claimStaging(folder, 'key')).not.toBe(own);
    writeFileSync(join(own, '0.bin'), 'x');
    leaveStaging(own, folder, 'key');
    expect(existsSync(join(folder, 'key.partial', '0.bin'))).toBe(true);
    const next = claimStaging(folder, 'key');
    expect(readdirSync(next)).toEqual(['0.bin']);
    expect(readdirSync(claimStaging(folder, 'key'))).toEqual([]);
    settleStaging(next, join(folder, 'key'));
    expect(readdirSync(join(folder, 'key'))).toEqual(['0.bin']);
  });

  it('of a process that was killed is taken up after an hour', () => {
    const own = claimStaging(folder, 'key');
    writeFileSync(join(own, '0.bin'), 'x');
    expect(readdirSync(claimStaging(folder, 'key'))).toEqual([]);
    const old = Date.now() / 1000 - 4000;
    utimesSync(own, old, old);
    expect(readdirSync(claimStaging(folder, 'key'))).toEqual(['0.bin']);
    expect(existsSync(own)).toBe(false);
  });

  it('gives way to one that was faster', () => {
    const whole = join(folder, 'key');
    const own = claimStaging(folder, 'key');
    mkdirSync(whole);
    writeFileSync(join(whole, '0.bin'), 'first');
    writeFileSync(join(own, '0.bin'), 'second');
    settleStaging(own, whole);
    expect(readdirSync(folder)).toEqual(['key']);
  });
});

describe('work in parallel', () => {
  it('is ended by the first failure, when all have ended', async () => {
    const ended: number[] = [];
    const work = inParallel([1, 2, 3, 4, 5, 6], 2, new AbortController().signal, async (item, signal) => {
      if (item === 2) throw new Error('second');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended.push(item);
      throw new Error('aborted');
    });
    await expect(work).rejects.toThrow('second');
    expect(ended).toEqual([1]);
  });

  it('does all items, also when there are few', async () => {
    const seen: number[] = [];
    const { signal } = new AbortController();
    await inParallel([3, 1, 2], 5, signal, (item) => Promise.resolve(void seen.push(item)));
    await inParallel([], 5, signal, () => Promise.reject(new Error('none')));
    expect(seen).toEqual([3, 1, 2]);
  });
});

describe('a proxy that the process names', () => {
  let proxy: Server;
  const asked: string[] = [];
  const before = { ...process.env };
  beforeEach(async () => {
    const files = new Map<string, Buffer | string>([['model.json', modelJson()], ...SHARDS]);
    // http goes to a proxy through a tunnel; this one ends every tunnel at itself.
    proxy = createServer((request, response) => {
      response.end(files.get((request.url ?? '').replace('/m/', '')));
    });
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      proxy.emit('connection', socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    delete process.env['no_proxy'];
    delete process.env['NO_PROXY'];
  });
  afterEach(async () => {
    for (const name of ['http_proxy', 'no_proxy', 'NO_PROXY']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    proxy.closeAllConnections();
    await new Promise<void>((resolve) => proxy.close(() => resolve()));
  });

  it('is asked for the host', async () => {
    const files = await modelFiles(
      { kind: 'url', url: 'http://models.invalid/m/model.json' },
      {
        cwd: folder,
        cache: join(folder, 'cache'),
        signal: AbortSignal.timeout(10_000),
        sha256: SHA256,
        unpinned: false,
        environment: {},
        limits: { ...LIMITS, silence: 2000, retries: 0 },
      },
    );
    expect(files.sha256).toBe(SHA256);
    expect(new Set(asked)).toEqual(new Set(['models.invalid:80']));
  });
});
