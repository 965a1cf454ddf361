import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadModelFiles } from '../../../src/backbone/load.js';
import {
  type RedirectTrust,
  redirectTarget,
  transientConnectionError,
  transientStatusError,
} from '../../../src/backbone/load/download.js';
import { fileRequest, LIMITS_IN_TESTS } from './load-request.js';
import { modelJson, SHA256, SHARDS } from './model-server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-download-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('where a redirect may lead', () => {
  const unpinned: RedirectTrust = { pinned: false, hub: null };
  const target = (from: string, to: string | undefined, trust = unpinned): string => {
    try {
      return redirectTarget(new URL(from), to, trust).href;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('never from https to http, not even with a hash', () => {
    for (const trust of [unpinned, { pinned: true, hub: null }]) {
      expect(target('https://a.example/x?key=s3cret', 'http://a.example/x', trust)).toMatch(
        /^https:\/\/a\.example\/x: the server redirects from https:\/\/ to http:\/\//,
      );
    }
    expect(target('http://a.example/x', 'file:///etc/passwd', { pinned: true, hub: null })).toContain(
      'does not follow',
    );
    expect(target('http://a.example/x', 'https://a.example/y')).toBe('https://a.example/y');
  });

  it('to a relative address, without its fragment', () => {
    expect(target('https://a.example/x/y', '../z?q#f')).toBe('https://a.example/z?q');
    expect(target('https://a.example/x', undefined)).toContain('redirects to an invalid address');
    expect(target('https://a.example/x', 'https://')).toContain('redirects to an invalid address');
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

describe('what is retried', () => {
  it('are the statuses 408, 429 and 5xx, after the time that the server asks for', () => {
    expect(
      [200, 206, 304, 400, 401, 403, 404, 410].map((status) => transientStatusError(status, '1')),
    ).toEqual(Array(8).fill(null));
    expect(
      [408, 429, 500, 503, 599].map((status) => transientStatusError(status, undefined)?.retryAfter),
    ).toEqual([0, 0, 0, 0, 0]);
    expect(transientStatusError(429, '2')?.retryAfter).toBe(2000);
    expect(transientStatusError(503, '99999')?.retryAfter).toBe(30_000);
    expect(transientStatusError(503, 'Wed, 21 Oct 2026 07:28:00 GMT')?.retryAfter).toBe(0);
  });

  it('are interrupted connections, but not refused or failed ones', () => {
    const of = (code: string) =>
      transientConnectionError(Object.assign(new Error('GET /?key=s3cret'), { code }))?.message ?? null;
    expect(of('ECONNRESET')).toBe('the connection was interrupted (ECONNRESET)');
    expect(['ECONNREFUSED', 'ENOTFOUND', 'ENOSPC', 'CERT_HAS_EXPIRED'].map(of)).toEqual([
      null,
      null,
      null,
      null,
    ]);
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
    const files = await loadModelFiles(
      { kind: 'url', url: 'http://models.invalid/m/model.json' },
      fileRequest(folder, { limits: { ...LIMITS_IN_TESTS, silence: 2000, retries: 0 } }),
    );
    expect(files.sha256).toBe(SHA256);
    expect(new Set(asked)).toEqual(new Set(['models.invalid:80']));
  });
});
