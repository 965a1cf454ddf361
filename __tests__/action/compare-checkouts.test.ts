import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readDatasets } from '../../src/dataset/read-datasets.js';
import { compareWithBase, type CompareRequest } from '../../src/action/compare.js';
import { folderWith } from '../fixtures/folder-with.js';
import { GitServer } from '../fixtures/git-server.js';

/** The checkouts that a comparison meets: partial, sparse, without credentials, with pointers of Git LFS. */

const TOKEN = 'a-token';
const served = folderWith({});
const origin = join(served, 'octo', 'shapes');
const server = new GitServer(served, TOKEN);
let serverUrl: string;
let base: string;
let head: string;

function git(cwd: string, ...words: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return execFileSync('git', [...who, ...words], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
}

function basic(token: string): string {
  return `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
}

function write(cwd: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
}

function commit(cwd: string): string {
  git(cwd, 'add', '--all');
  git(cwd, 'commit', '--quiet', '-m', 'files');
  return git(cwd, 'rev-parse', 'HEAD');
}

const images = Object.fromEntries(
  Array.from({ length: 300 }, (_, i) => [`data/${i % 2 === 0 ? 'a' : 'b'}/${i}.png`, `image ${i}`]),
);

beforeAll(async () => {
  serverUrl = await server.start();
  mkdirSync(origin, { recursive: true });
  git(origin, 'init', '--quiet');
  for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant'])
    git(origin, 'config', setting, 'true');
  write(origin, { 'README.md': 'older', 'other/logo.png': 'a logo' });
  commit(origin);
  write(origin, { ...images, 'data/dataset.yaml': 'schema: headstart/v1\nname: bars\n' });
  base = commit(origin);
  for (const path of Object.keys(images)) rmSync(join(origin, path));
  write(origin, { 'data/a/new.png': 'new a', 'data/b/new.png': 'new b' });
  head = commit(origin);
});
afterAll(() => server.stop());

/** As `actions/checkout` does it: the newest commit, with credentials that stay only when it is told so. */
function checkOut({ sparse, stay }: { sparse?: string; stay?: boolean }): string {
  const folder = folderWith({});
  const address = `${serverUrl}/octo/shapes`;
  git(folder, 'init', '--quiet');
  git(folder, 'remote', 'add', 'origin', `file://${origin}`);
  if (sparse !== undefined) git(folder, 'sparse-checkout', 'set', sparse);
  git(folder, 'fetch', '--quiet', '--no-tags', '--depth=1', '--filter=blob:none', 'origin', head);
  git(folder, 'checkout', '--quiet', head);
  git(folder, 'remote', 'set-url', 'origin', address);
  if (stay === true)
    git(folder, 'config', `http.${serverUrl}/.extraheader`, `AUTHORIZATION: ${basic(TOKEN)}`);
  return folder;
}

async function compared(cwd: string, changes: Partial<CompareRequest> = {}) {
  const said: string[] = [];
  const request: CompareRequest = {
    cwd,
    path: 'data',
    base,
    remote: { serverUrl, repository: { owner: 'octo', repo: 'shapes' }, token: TOKEN },
    onlyChanged: true,
    measureUnknown: false,
    workflow: null,
    networks: ['weights'],
    known: () => Promise.resolve([]),
    measure: null,
    say: (message) => void said.push(message),
    ...changes,
  };
  return { ...(await compareWithBase(await readDatasets('data', { cwd }), request)), said };
}

describe('a partial clone that lacks 300 images of the base', () => {
  beforeEach(() => {
    server.fetches = 0;
  });

  it.each([{}, { sparse: 'data' }, { stay: true }])(
    'is compared and measured with three fetches: %j',
    async (how) => {
      const cwd = checkOut(how);
      const settings = readFileSync(join(cwd, '.git/config'), 'utf8');
      const laidOut: string[] = [];
      const measure = {
        seconds: 600,
        run: (folder: string) => {
          laidOut.push(...readdirSync(join(folder, 'data/a')), ...readdirSync(join(folder, 'data/b')));
          expect(readFileSync(join(folder, 'data/b/7.png'), 'utf8')).toBe('image 7');
          expect(existsSync(join(folder, 'other/logo.png'))).toBe(false);
          return Promise.resolve([]);
        },
      };
      const { comparisons, said } = await compared(cwd, { measure });
      expect(comparisons).toMatchObject([{ measure: true, change: { before: 300, now: 2 } }]);
      expect(laidOut).toHaveLength(300);
      expect(said.join()).not.toContain('not compared');
      expect(server.fetches).toBeLessThanOrEqual(3);
      expect(readFileSync(join(cwd, '.git/config'), 'utf8')).toBe(settings);
      expect(git(cwd, 'rev-list', '--count', base)).toBe('1');
    },
  );

  it('says which right it needs where the token is refused', async () => {
    const cwd = checkOut({});
    const { comparisons, said } = await compared(cwd, {
      remote: { serverUrl, repository: { owner: 'octo', repo: 'shapes' }, token: '' },
    });
    expect(comparisons).toMatchObject([{ change: null, measure: true }]);
    expect(said.join()).toMatch(/not compared.*github-token.*octo\/shapes/u);
    expect(server.fetches).toBe(0);

    // Where the commit is there, names of files are enough to compare, and not to measure.
    git(cwd, 'fetch', '--quiet', '--depth=1', '--filter=blob:none', `file://${origin}`, base);
    const later = await compared(cwd, {
      remote: { serverUrl, repository: { owner: 'octo', repo: 'shapes' }, token: 'another' },
      measure: { seconds: 600, run: () => Promise.reject(new Error('measured')) },
    });
    expect(later.comparisons).toMatchObject([{ change: { before: 300 }, base: null }]);
    expect(later.said.join()).toMatch(
      /could not be measured.*300 files.*partial clone.*github-token.*octo\/shapes/u,
    );
    expect(server.fetches).toBe(0);
  });
});

it('takes nothing for removed that a sparse checkout leaves out', async () => {
  const cwd = folderWith({});
  git(cwd, 'init', '--quiet');
  const names = ['a/1', 'a/2', 'b/1', 'b/2', 'left-out/1', 'left-out/2'];
  write(cwd, Object.fromEntries(names.map((name) => [`data/${name}.png`, `image ${name}`])));
  const before = commit(cwd);
  rmSync(join(cwd, 'data/left-out/2.png'));
  write(cwd, { 'data/a/3.png': 'new' });
  commit(cwd);
  git(cwd, 'sparse-checkout', 'set', 'data/a', 'data/b');
  expect(readdirSync(join(cwd, 'data'))).toEqual(['a', 'b']);
  const { comparisons } = await compared(cwd, { base: before });
  expect(comparisons).toMatchObject([{ change: { before: 4, now: 5, added: 1, removed: 0 } }]);
});

describe('pointers of Git LFS in the base', () => {
  const pointer = (text: string) => {
    const oid = createHash('sha256').update(text).digest('hex');
    return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${text.length}\n`;
  };
  let cwd: string;

  beforeEach(() => {
    cwd = folderWith({});
    git(cwd, 'init', '--quiet');
    const names = ['a/1', 'a/2', 'b/1', 'b/2'];
    write(cwd, Object.fromEntries(names.map((name) => [`data/${name}.png`, `image ${name}`])));
    write(cwd, { 'data/dataset.yaml': 'schema: headstart/v1\nname: bars\n' });
  });

  it('are named, never measured, and charged for no more than the look', async () => {
    write(cwd, { 'data/a/1.png': pointer('pixels') });
    const before = commit(cwd);
    write(cwd, { 'data/a/1.png': 'other pixels' });
    commit(cwd);
    const measure = { seconds: 600, run: () => Promise.reject(new Error('a pointer was measured')) };
    const { comparisons, spentSeconds, said } = await compared(cwd, { base: before, measure });
    expect(comparisons).toMatchObject([{ base: null, change: { before: 4 } }]);
    expect(said.join()).toMatch(/1 of the 4 images .*Git LFS.*data\/a\/1\.png.*lfs: true/u);
    expect(spentSeconds).toBeLessThan(600);
  });

  it('stop nothing where the dataset has none', async () => {
    write(cwd, { 'docs/logo.png': pointer('a logo'), 'docs/notes.csv': pointer('notes') });
    const before = commit(cwd);
    write(cwd, { 'data/a/3.png': 'new' });
    commit(cwd);
    const run = (folder: string) => {
      expect(existsSync(join(folder, 'docs/logo.png'))).toBe(false);
      return Promise.resolve([]);
    };
    const { comparisons, said } = await compared(cwd, { base: before, measure: { seconds: 600, run } });
    expect(comparisons).toMatchObject([{ change: { added: 1 } }]);
    expect(said.join()).not.toMatch(/not compared|could not/u);
  });
});
