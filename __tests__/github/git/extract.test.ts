import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { filesOf } from '../../../src/github/git/tree.js';
import { extractFiles, staysBelow } from '../../../src/github/git/extract.js';
import type { Remote } from '../../../src/github/git/remote.js';
import { folderWith } from '../../fixtures/folder-with.js';

const before = { ...process.env };
const repository = { owner: 'octo', repo: 'shapes' };

afterEach(() => {
  process.env = { ...before };
});

function git(cwd: string, ...words: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return execFileSync('git', [...who, ...words], { cwd, encoding: 'utf8' }).trim();
}

function repositoryWith(files: Record<string, string>): string {
  const folder = join(folderWith(within('octo/shapes/', files)), 'octo/shapes');
  git(folder, 'init', '--quiet');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'files');
  return folder;
}

function within(place: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${place}${path}`, text]));
}

/** As nobody, from the folder above owner and name. */
function remoteOf(origin: string): Remote {
  return { serverUrl: pathToFileURL(join(origin, '../..')).href, repository, token: '' };
}

function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'headstart-tree-'));
}

describe('a partial clone', () => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`data/${i % 2 === 0 ? 'a' : 'b'}/${i}.png`, `image ${i}`]),
  );

  function partialClone(): { folder: string; origin: string; fetches: () => number } {
    const origin = repositoryWith({ ...files, 'data/dataset.yaml': 'schema: headstart/v1\n' });
    git(origin, 'config', 'uploadpack.allowFilter', 'true');
    git(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    const folder = emptyFolder();
    git(folder, 'clone', '--quiet', '--filter=blob:none', '--no-checkout', pathToFileURL(origin).href, '.');
    const trace = join(emptyFolder(), 'trace');
    process.env['GIT_TRACE2_EVENT'] = trace;
    const fetches = () =>
      readFileSync(trace, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"event":"child_start"') && line.includes('git-upload-pack')).length;
    return { folder, origin, fetches };
  }

  it('is listed without a fetch, and laid out with few', async () => {
    const { folder, origin, fetches } = partialClone();
    const remote = remoteOf(origin);
    const listed = await filesOf(folder, 'HEAD');
    expect(listed).toHaveLength(301);
    expect(fetches()).toBe(0);
    const target = emptyFolder();
    await extractFiles({ folder, commit: 'HEAD', remote, files: listed, target, pixels: true });
    expect(fetches()).toBeGreaterThan(0);
    expect(fetches()).toBeLessThanOrEqual(3);
    expect(readFileSync(join(target, 'data/b/7.png'), 'utf8')).toBe('image 7');
    expect(readdirSync(join(target, 'data/a'))).toHaveLength(150);
  });

  it('says why it cannot be read where its remote does not answer', async () => {
    const { folder } = partialClone();
    const remote = remoteOf(join(folder, 'gone/octo/shapes'));
    const target = emptyFolder();
    await expect(
      extractFiles({
        folder,
        commit: 'HEAD',
        remote,
        files: await filesOf(folder, 'HEAD'),
        target,
        pixels: false,
      }),
    ).rejects.toThrow(/not in this partial clone and could not be fetched/u);
  });
});

describe('pointers of Git LFS', () => {
  const content = 'the pixels';
  const oid = createHash('sha256').update(content).digest('hex');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.length}\n`;

  it('are followed to what the checkout downloaded', async () => {
    const folder = repositoryWith({ 'data/a/1.png': pointer });
    const store = join(folder, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4));
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, oid), content);
    const target = emptyFolder();
    const remote = remoteOf(folder);
    const files = await filesOf(folder, 'HEAD');
    await extractFiles({ folder, commit: 'HEAD', remote, files, target, pixels: true });
    expect(readFileSync(join(target, 'data/a/1.png'), 'utf8')).toBe(content);
  });

  it('are never laid out as images', async () => {
    const folder = repositoryWith({ 'data/a/1.png': pointer, 'data/a/2.png': 'whole' });
    const files = await filesOf(folder, 'HEAD');
    await expect(
      extractFiles({
        folder,
        commit: 'HEAD',
        remote: remoteOf(folder),
        files,
        target: emptyFolder(),
        pixels: true,
      }),
    ).rejects.toThrow(/1 of the 2 images .* Git LFS .*data\/a\/1\.png/u);
  });
});

describe('staysBelow', () => {
  it.each(['a/b.png', 'a b/c.png', 'a..b/c.png', '.hidden/a.png', 'con-1/a.png'])('takes %s', (path) => {
    expect([staysBelow(path, 'linux'), staysBelow(path, 'win32')]).toEqual([true, true]);
  });

  it.each(['../a.png', 'a/../../b.png', '/a.png', 'a//b.png', './a.png', '.git/config', 'a/.GIT/hooks/x'])(
    'passes over %s everywhere',
    (path) => {
      expect([staysBelow(path, 'linux'), staysBelow(path, 'win32')]).toEqual([false, false]);
    },
  );

  it.each([
    '..\\..\\a.png',
    'a\\b.png',
    'C:/a.png',
    'C:a.png',
    'a/b.png:stream',
    'a/.. /b.png',
    'a./b.png',
    '.git./config',
    '.git /config',
    'nul',
    'a/COM1.png',
    'aux.txt',
    'com¹.png',
    'CONIN$',
  ])('passes over %s on Windows', (path) => {
    expect(staysBelow(path, 'win32')).toBe(false);
  });
});
