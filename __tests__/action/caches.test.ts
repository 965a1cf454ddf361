import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fromRoot } from './workspace.js';
import { FakeCache } from '../fixtures/github/cache.js';
import { folderWith } from '../fixtures/folder-with.js';

let cache: FakeCache;
let runner: string;

beforeEach(async () => {
  cache = await FakeCache.start();
  runner = folderWith({});
});
afterEach(async () => {
  await cache.stop();
  rmSync(runner, { recursive: true, force: true });
});

const built = (file: string): string => JSON.stringify(fromRoot(`build/${file}`));

/** A run for the event, on a runner that has only just been made; what it logs, beginning with what it found. */
async function run(eventName: string, work: string): Promise<string> {
  rmSync(`${runner}/headstart-cache`, { recursive: true, force: true });
  const program = `
    const { existsSync, mkdirSync, writeFileSync } = await import('node:fs');
    const { cacheOf } = await import(${built('action/caches.js')});
    const request = { path: 'data', seed: 0, engine: 'wasm', backbone: { source: 'embedded' } };
    ${work}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: runner,
    env: {
      PATH: process.env['PATH'],
      RUNNER_TEMP: runner,
      GITHUB_WORKSPACE: runner,
      GITHUB_RUN_ID: String(cache.calls.length),
      ...cache.environmentOf(eventName),
    },
  });
  return stdout;
}

const save = `
  const { folder, save } = await cacheOf(request);
  console.log(existsSync(folder + '/trials.json') ? 'found' : 'nothing');
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/trials.json', '{}');
  await save();`;

it('reads what a push has saved in the run of a comment, which saves nothing and warns of nothing', async () => {
  expect(await run('push', save)).toMatch(/^nothing$/mu);
  expect(cache.saved.size).toBe(1);
  cache.calls.length = 0;
  const log = await run('issue_comment', save);
  expect(log).toMatch(/^found$/mu);
  expect(log).not.toMatch(/::(?:warning|error)|denied|Failed/u);
  expect(cache.calls).toEqual(['GetCacheEntryDownloadURL']);
  expect(cache.saved.size).toBe(1);
});

it('would be refused: the service takes no writes from such a run', async () => {
  const asked = `
    const { saveCache } = await import(${JSON.stringify(import.meta.resolve('@actions/cache'))});
    writeFileSync(process.env.RUNNER_TEMP + '/file', 'x');
    console.log('id', await saveCache([process.env.RUNNER_TEMP + '/file'], 'key'));`;
  expect(await run('issue_comment', asked)).toMatch(
    /::warning::Failed to save: .*cache write denied[^]*^id -1$/mu,
  );
  expect(cache.saved.size).toBe(0);
});
