import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { fromRoot } from '../action/workspace.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

it('asks GitHub Enterprise through the proxy that the runner names', async () => {
  const fake = await FakeGitHub.start();
  const tunnels: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    tunnels.push(request.url!);
    const there = connect(Number(new URL(fake.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const apiUrl = 'http://github.example:8080';
  const program = `
    const { createClient } = await import(${JSON.stringify(fromRoot('build/github/client.js'))});
    const github = createClient({ token: 't', apiUrl: ${JSON.stringify(apiUrl)}, log: console.error });
    const { data } = await github.rest.pulls.get({ owner: 'octo-org', repo: 'shapes', pull_number: 7 });
    console.log(data.number);
    process.exit();`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env: {
        PATH: process.env['PATH'],
        GITHUB_API_URL: apiUrl,
        http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      },
      timeout: 20_000,
    });
    expect(stdout.trim()).toBe('7');
    expect(tunnels).toEqual(['github.example:8080']);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await fake.stop();
  }
});
