import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_ARTIFACT_BYTES } from '../../../src/github/forks/unpack.js';
import { downloadArtifact, reportArtifacts } from '../../../src/github/forks/artifact.js';
import { createClient } from '../../../src/github/client.js';
import { InputError } from '../../../src/problem.js';
import { FakeGitHub } from '../../fixtures/github/fake.js';

const repository = { owner: 'octo-org', repo: 'shapes' };
const token = 'ghs_a_secret_of_the_tests';
let fake: FakeGitHub;
const github = () => createClient({ token, apiUrl: fake.url, log: () => undefined, unit: 1 });

function leave(id: number, name: string, changes: Partial<FakeGitHub['artifacts'][0]> = {}): void {
  const archive = Buffer.from(`archive ${id}`);
  fake.artifacts.push({
    id,
    name,
    runId: 42,
    archive,
    expired: false,
    created_at: '2026-01-01T00:00:00Z',
    ...changes,
  });
}

beforeEach(async () => {
  fake = await FakeGitHub.start();
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

describe('reportArtifacts', () => {
  it('takes those that are called so, of this run, and of several attempts the latest', async () => {
    leave(1, 'headstart-report-weave');
    leave(2, 'headstart-report');
    leave(3, 'headstart-report');
    leave(4, 'headstart-reports');
    leave(5, 'coverage');
    leave(6, 'headstart-report-old', { expired: true });
    leave(7, 'headstart-report', { runId: 43 });
    const found = await reportArtifacts(github(), repository, 42);
    expect(found.map(({ id }) => id)).toEqual([3, 1]);
  });

  it('reads all pages', async () => {
    for (let id = 1; id <= 250; id++) leave(id, `other-${id}`);
    leave(251, 'headstart-report');
    expect(await reportArtifacts(github(), repository, 42)).toMatchObject([{ id: 251 }]);
  });

  it.each(['', 'null', '{}', '[null]', '"text"', '<html>502</html>'])(
    'does not take %j for a run that left nothing',
    async (malformed) => {
      fake.faults.set('actions/list-workflow-run-artifacts', { malformed });
      await expect(reportArtifacts(github(), repository, 42)).rejects.toThrow(/Unexpected response/u);
    },
  );

  it('refuses more than any run leaves', async () => {
    for (let id = 1; id <= 33; id++) leave(id, `headstart-report-${id}`);
    await expect(reportArtifacts(github(), repository, 42)).rejects.toThrow(/33 report artifacts/u);
  });

  it('refuses one that is too large by what GitHub says, before it is downloaded', async () => {
    leave(1, 'headstart-report', { archive: Buffer.alloc(MAX_ARTIFACT_BYTES + 1) });
    await expect(reportArtifacts(github(), repository, 42)).rejects.toThrow(/more than 67108864 bytes/u);
    expect(fake.called('actions/download-artifact')).toBe(0);
  });
});

describe('downloadArtifact', () => {
  const artifact = { id: 1, name: 'headstart-report', size: 9 };

  it('follows GitHub to the store, and leaves the token behind', async () => {
    leave(1, 'headstart-report');
    const bytes = await downloadArtifact(github(), repository, artifact);
    expect(Buffer.from(bytes).toString()).toBe('archive 1');
    expect(fake.calls.at(-1)?.authorization).toBe(`token ${token}`);
  });

  it('refuses one that is larger than it said', async () => {
    leave(1, 'headstart-report', { archive: Buffer.alloc(MAX_ARTIFACT_BYTES + 1) });
    await expect(downloadArtifact(github(), repository, artifact)).rejects.toThrow(InputError);
  });

  it('stops a download without an end', async () => {
    let sent = 0;
    const store = createServer((_, response) => {
      const more = (): void => {
        while (sent < 8 * MAX_ARTIFACT_BYTES && response.write(Buffer.alloc(1024 * 1024)))
          sent += 1024 * 1024;
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(store.address() as AddressInfo).port}/`;
    fake.faults.set('actions/download-artifact', { status: 302, headers: { location } });
    await expect(downloadArtifact(github(), repository, artifact)).rejects.toThrow(
      /more than 67108864 bytes/u,
    );
    expect(sent).toBeLessThan(2 * MAX_ARTIFACT_BYTES);
    store.closeAllConnections();
    await new Promise((resolve) => store.close(resolve));
  });

  it.each(['http://example.com/x', 'file:///etc/passwd', 'data:text/plain,x', 'nothing', ''])(
    'goes to no store at %j',
    async (location) => {
      fake.faults.set('actions/download-artifact', { status: 302, headers: { location } });
      await expect(downloadArtifact(github(), repository, artifact)).rejects.toThrow(/no URL/u);
    },
  );

  it('says what the store answered when it has nothing', async () => {
    fake.faults.set('actions/download-artifact', {
      status: 302,
      headers: { location: `${fake.storageUrl}/artifacts/9` },
    });
    await expect(downloadArtifact(github(), repository, artifact)).rejects.toThrow(/storage answered 404/u);
  });
});
