import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fromRoot } from '../action/workspace.js';
import { read, root } from '../docs/sources.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

const apiUrl = 'http://github.example:8080';
let fake: FakeGitHub;
let proxy: Server;
let tunnels: string[];
let folder: string;

/** A proxy that leads to the fake, whatever host is asked for over HTTP, and refuses every other way. */
beforeEach(async () => {
  fake = await FakeGitHub.start();
  folder = mkdtempSync(join(tmpdir(), 'headstart-proxy-'));
  tunnels = [];
  proxy = createServer().on('connect', (request, socket) => {
    tunnels.push(request.url!);
    if (!request.url!.startsWith('github.example:')) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const there = connect(Number(new URL(fake.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await fake.stop();
  rmSync(folder, { recursive: true });
  expect(fake.violations).toEqual([]);
});

/** Runs a program in a process that has the variables of a runner behind the proxy. */
async function run(program: string, variables: Record<string, string> = {}): Promise<string> {
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', `${program}\nprocess.exit();`],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], HTTP_PROXY: url, HTTPS_PROXY: url, ...variables },
    },
  );
  return stdout.trim();
}

const built = (file: string): string => JSON.stringify(fromRoot(`build/${file}`));
const client = `
  const { createClient } = await import(${built('github/client.js')});
  const github = createClient({ token: 't', apiUrl: ${JSON.stringify(apiUrl)}, log: console.error });
  const repository = { owner: 'octo-org', repo: 'shapes' };`;

describe('behind a proxy', () => {
  it('asks the API of GitHub Enterprise, whatever address the environment names', async () => {
    const program = `${client}
      console.log((await github.rest.pulls.get({ ...repository, pull_number: 7 })).data.number);`;
    expect(await run(program, { NO_PROXY: 'api.github.com' })).toBe('7');
    expect(tunnels).toEqual(['github.example:8080']);
  });

  it('asks the store of artifacts', async () => {
    const location = 'https://store.example/artifacts/1';
    fake.faults.set('actions/download-artifact', { status: 302, headers: { location } });
    const program = `${client}
      const { downloadArtifact } = await import(${built('github/forks/artifact.js')});
      const artifact = { id: 1, name: 'headstart-report', size: 9 };
      await downloadArtifact(github, repository, artifact).catch(() => console.log('refused'));`;
    expect(await run(program)).toBe('refused');
    expect(tunnels).toEqual(['github.example:8080', 'store.example:443']);
  });

  it('leaves out the hosts in NO_PROXY, and only them', async () => {
    const location = 'https://0.0.0.0:1/artifacts/1';
    fake.faults.set('actions/download-artifact', { status: 302, headers: { location } });
    const program = `${client}
      const { downloadArtifact } = await import(${built('github/forks/artifact.js')});
      const artifact = { id: 1, name: 'headstart-report', size: 9 };
      await downloadArtifact(github, repository, artifact).catch(() => console.log('not found'));`;
    expect(await run(program, { NO_PROXY: 'example.org,0.0.0.0' })).toBe('not found');
    expect(tunnels).toEqual(['github.example:8080']);
  });

  it('makes the app', async () => {
    fake.conversions.set('c0de', {
      client_id: 'Iv1.1',
      client_secret: 'cs',
      webhook_secret: 'w'.repeat(40),
      pem: 'the key',
    });
    const program = `
      const { setUpRoutes } = await import(${built('bot/manifest-flow.js')});
      const server = { apiUrl: ${JSON.stringify(apiUrl)}, serverUrl: 'https://github.example', database: 'bot.db' };
      const { routes, link } = setUpRoutes({ server, publicUrl: 'https://bot.example', print: () => undefined });
      const { html } = await routes['GET /setup'](null, new URL(link));
      const state = /state=([\\w-]+)/u.exec(html)[1];
      const end = new URL('https://bot.example/setup/callback?code=c0de&state=' + state);
      console.log((await routes['GET /setup/callback'](null, end)).status);`;
    expect(await run(program)).toBe('200');
    expect(tunnels).toEqual(['github.example:8080']);
  });

  it('signs in as the app', async () => {
    fake.installations.push({ id: 5, account: 'octo-org', suspended_at: null });
    const program = `
      const { generateKeyPairSync } = await import('node:crypto');
      const { openClients } = await import(${built('bot/installation-clients.js')});
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const identity = { appId: 99, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
      const { signal } = new AbortController();
      const clients = openClients({ identity, apiUrl: ${JSON.stringify(apiUrl)}, log: console.error, signal });
      const github = await clients.forInstallation(5);
      console.log((await github.rest.pulls.get({ owner: 'octo-org', repo: 'shapes', pull_number: 7 })).data.number);`;
    expect(await run(program)).toBe('7');
    expect(new Set(tunnels)).toEqual(new Set(['github.example:8080']));
    expect(fake.calls.map(({ operationId }) => operationId)).toContain(
      'apps/create-installation-access-token',
    );
  });
});

describe('the sources', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !/^(?:generated|engine\/wasm\/kernels)\//u.test(file))
    .sort();
  /** The ways out of the program, and the files that may take each. */
  const ways: [string, RegExp, string[]][] = [
    ['call fetch', /(?<![\w.])fetch\(/u, []],
    ['take undici', /from 'undici'/u, ['github/client.ts']],
    ['make an Octokit', /new (?:Octokit|App)\(/u, ['bot/installation-clients.ts', 'github/client.ts']],
    [
      'take Node’s client',
      /\b(?:https?|net|tls|http2)\.(?:request|get|connect)\(|import \{[^}]*\b(?:request|get|connect)\b[^}]*\} from 'node:(?:https?|net|tls|http2)'/u,
      [],
    ],
    [
      'take the client that reads the proxy’s variables',
      /new HttpClient\(/u,
      ['backbone/load/download.ts', 'engine/native/download.ts', 'github/client.ts'],
    ],
  ];

  it.each(ways)('%s only where the proxy is asked', (_, way, files) => {
    expect(sources.filter((file) => way.test(read(`src/${file}`)))).toEqual(files);
  });
});
