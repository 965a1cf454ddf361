import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineUnavailable } from '../../../src/engine/tensorflow/load.js';
import { PUBLISHED_PACKS, type PublishedPack } from '../../../src/engine/native/download.js';
import { obtainPack, provisionNative, type ProvisionRequest } from '../../../src/engine/native/provision.js';
import { ADDON, usual, writePack } from './pack.js';

const linux = { platform: 'linux', arch: 'x64' };
const mac = { platform: 'darwin', arch: 'arm64' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-provision-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const got: string[] = [];
beforeEach(() => void got.splice(0));

function provision(request: Partial<ProvisionRequest>) {
  return provisionNative({
    choice: 'tensorflow',
    environment: { RUNNER_TOOL_CACHE: join(folder, 'cache') },
    programDir: join(folder, 'program', 'dist'),
    root: join(folder, 'program'),
    host: linux,
    packs: {},
    signal: new AbortController().signal,
    log: () => undefined,
    obtain: ({ kind }) => {
      got.push(kind);
      return Promise.resolve();
    },
    ...request,
  });
}

const pack: PublishedPack = { url: 'http://127.0.0.1:9/', sha256: '0'.repeat(64), bytes: 10 };

describe('whether the native pack is got', () => {
  it.each<[string, Partial<ProvisionRequest>, string[], string]>([
    ['published', { packs: { 'linux-x64': pack } }, ['download'], 'downloaded'],
    ['not published', {}, ['build'], 'built'],
    ['another platform', { host: mac }, [], 'no published pack for darwin-arm64'],
    ['no place for it', { environment: { RUNNER_TOOL_CACHE: 'relative' } }, [], 'XDG_CACHE_HOME'],
  ])('%s', async (_, request, ways, reason) => {
    const engine = ways.length === 0 ? 'wasm' : 'tensorflow';
    expect(await provision(request)).toEqual({ engine, reason: expect.stringContaining(reason) });
    expect(got).toEqual(ways);
  });

  it.each(['auto', 'wasm'] as const)('never is for the engine %s, published or not', async (choice) => {
    expect(await provision({ choice })).toBeNull();
    expect(await provision({ choice, packs: { 'linux-x64': pack } })).toBeNull();
    expect(got).toEqual([]);
  });

  it('is not got when one is there, or a folder is named', async () => {
    expect(await provision({ environment: { HEADSTART_TENSORFLOW: join(folder, 'empty') } })).toBeNull();
    const addon = join(folder, 'cache', 'headstart-native', '4.22.0', process.arch, ADDON);
    mkdirSync(dirname(addon), { recursive: true });
    writeFileSync(addon, '');
    writeFileSync(join(addon, '../../../package.json'), '{"version": "4.22.0"}');
    expect(await provision({})).toBeNull();
    expect(got).toEqual([]);
  });

  it('says why it could not be got, but hides no defect', async () => {
    const failing = {
      obtain: () => Promise.reject(new EngineUnavailable('This machine lacks g++.')),
    };
    const reason = 'The native pack could not be built. This machine lacks g++.';
    expect(await provision(failing)).toEqual({ engine: 'wasm', reason });
    await expect(provision({ obtain: () => Promise.reject(new TypeError('defect')) })).rejects.toThrow(
      TypeError,
    );
  });

  it('has a hash and a size for every published pack', () => {
    for (const { sha256, bytes, url } of Object.values(PUBLISHED_PACKS)) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(bytes).toBeGreaterThan(1e6);
      expect(url).toMatch(/^https:/);
    }
  });
});

describe('downloading the native pack', () => {
  let server: Server;
  let body: Buffer;
  let status: number;
  let asked: number;
  let published: PublishedPack;
  beforeEach(async () => {
    status = 200;
    asked = 0;
    const archive = join(folder, 'pack.tar.gz');
    const sha256 = await writePack(archive, usual());
    body = readFileSync(archive);
    server = createServer((_, response) => {
      asked += 1;
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    published = { url: `http://127.0.0.1:${port}/pack.tar.gz`, sha256, bytes: statSync(archive).size };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const cache = () => join(folder, 'cache', 'headstart-native', '4.22.0');
  /** With the real work; the environment decides by the real machine's name of its processor. */
  const download = async (changes: Partial<ProvisionRequest> = {}) => {
    const outcome = await provision({ packs: { 'linux-x64': published }, obtain: obtainPack, ...changes });
    return outcome?.reason;
  };

  it('never happens without a pin', async () => {
    await download({ packs: {}, host: mac });
    expect(asked).toBe(0);
  });

  it('gets as far as trying the addon, which is no library here', async () => {
    expect(await download()).toMatch(/could not be downloaded.*does not work here.*does not load: /);
    expect(asked).toBe(1);
    expect(readdirSync(cache())).toEqual([]);
  });

  it.each<[string, () => void, RegExp]>([
    ['was tampered with', () => (body = Buffer.from(body.map((byte) => byte ^ 1))), /rejected.*SHA-256/],
    ['is cut off', () => (body = body.subarray(0, 50)), /rejected.*SHA-256/],
    ['is longer', () => (body = Buffer.concat([body, body])), /rejected.*larger/],
    ['is not there', () => (status = 404), /server responded with 404/],
  ])('refuses what %s, and leaves nothing', async (_, change, why) => {
    change();
    expect(await download()).toMatch(why);
    expect(readdirSync(cache())).toEqual([]);
  });

  it('says when the server cannot be reached, or the run is cancelled', async () => {
    published = { ...published, url: 'http://127.0.0.1:9/pack.tar.gz' };
    expect(await download()).toMatch(/could not be downloaded.*ECONNREFUSED/);
    expect(await download({ signal: AbortSignal.abort() })).toMatch(/run was cancelled/);
  });
});

describe('building the native pack', () => {
  const script = (text: string) => {
    mkdirSync(join(folder, 'program', 'dist'), { recursive: true });
    writeFileSync(join(folder, 'program', 'dist', 'native-pack.mjs'), text);
  };
  const build = async (changes: Partial<ProvisionRequest> = {}) => {
    return (await provision({ obtain: obtainPack, ...changes }))?.reason;
  };
  const target = () => join(folder, 'cache', 'headstart-native', '4.22.0', 'x64');

  it('puts what the script has made in its place, withholds secrets and passes its lines on', async () => {
    script(`
      import { writeFileSync } from 'node:fs';
      writeFileSync(process.argv[2] + '/made', String(process.env.INPUT_TOKEN));
      console.log('native pack: compiling');
    `);
    process.env['INPUT_TOKEN'] = 'secret';
    const said: string[] = [];
    try {
      await build({ log: (line) => said.push(line) });
    } finally {
      delete process.env['INPUT_TOKEN'];
    }
    expect(readFileSync(join(target(), 'made'), 'utf8')).toBe('undefined');
    expect(existsSync(`${target()}.complete`)).toBe(true);
    expect(said).toEqual(['native pack: compiling']);
  });

  it('gives the script’s reason and leaves nothing when it fails', async () => {
    script(`console.error('native pack: this machine lacks g++.\\ndetails'); process.exitCode = 2;`);
    expect(await build()).toBe('The native pack could not be built. This machine lacks g++.');
    expect(readdirSync(dirname(target()))).toEqual([]);
  });

  it('ends the script when the run is cancelled', async () => {
    script(`console.log('begun'); setInterval(() => undefined, 1000);`);
    const abort = new AbortController();
    const reason = await build({ signal: abort.signal, log: () => abort.abort() });
    expect(reason).toMatch(/could not be built.*run was cancelled/);
    expect(readdirSync(dirname(target()))).toEqual([]);
  });
});
