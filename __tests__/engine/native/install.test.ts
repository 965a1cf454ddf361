import { spawnSync } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { installPack, type InstallEffects } from '../../../src/engine/native/install.js';
import { EngineUnavailable } from '../../../src/engine/tensorflow/load.js';
import { ADDON, type Entry, hashOf, PACKAGE, usual, writePack } from './pack.js';

let folder: string;
let archive: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-install-'));
  archive = join(folder, 'pack.tar.gz');
  target = join(folder, 'cache', 'x64');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const working = { attempt: () => Promise.resolve({ version: '2.15.1' }) };

async function refusal(sha256: string, effects: InstallEffects = working): Promise<string> {
  try {
    await installPack(archive, sha256, target, effects);
  } catch (error) {
    if (error instanceof EngineUnavailable) return error.message;
    throw error;
  }
  return 'installed';
}

const left = () => (existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')) : []);

/** A directory whose checksum was made again, with a name that the library would not write. */
async function refusedEntries(...entries: Entry[]): Promise<string> {
  return refusal(await writePack(archive, [...usual(), ...entries]));
}

describe('installing a pack', () => {
  it('unpacks it whole and marks it as complete', async () => {
    const sha256 = await writePack(archive, usual());
    expect(await installPack(archive, sha256.toUpperCase(), target, working)).toBe('2.15.1');
    expect(readFileSync(join(target, ADDON), 'utf8')).toBe('no library');
    expect(left().sort()).toEqual(['x64', 'x64.complete']);
  });

  it('takes the place of an older one', async () => {
    await installPack(
      archive,
      await writePack(archive, [...usual(), { name: `${PACKAGE}/old` }]),
      target,
      working,
    );
    await installPack(archive, await writePack(archive, usual()), target, working);
    expect(readdirSync(join(target, PACKAGE)).sort()).toEqual(['lib', 'package.json']);
  });

  it('refuses one that was tampered with', async () => {
    const sha256 = await writePack(archive, usual());
    await writePack(archive, usual('evil'));
    expect(await refusal(sha256)).toMatch(/its SHA-256 is \w{12}…, but \w{12}… was expected/);
    expect(left()).toEqual([]);
  });

  it('refuses one that was cut off, by its hash and even with its hash', async () => {
    const sha256 = await writePack(archive, usual('x'.repeat(5000)));
    writeFileSync(archive, readFileSync(archive).subarray(0, -40));
    expect(await refusal(sha256)).toMatch(/its SHA-256 is/);
    expect(await refusal(hashOf(archive))).toContain('not a complete gzip file');
    expect(left()).toEqual([]);
  });

  it.each<[string, Entry, string]>([
    ['leads out', { name: `${PACKAGE}/../../../../evil` }, 'is not a file of'],
    ['is absolute', { name: '/evil' }, 'is not a file of'],
    ['lies elsewhere', { name: 'node_modules/other/index.js' }, 'is not a file of'],
    ['has a backslash', { name: `${PACKAGE}/lib\\..\\evil` }, 'is not a file of'],
    ['names a stream of Windows', { name: `${PACKAGE}/lib:evil` }, 'is not a file of'],
    ['is a link', { name: `${PACKAGE}/deps`, type: 'symlink', linkname: '/etc' }, 'is a symlink'],
    ['is a hard link', { name: `${PACKAGE}/deps`, type: 'link', linkname: '/etc/passwd' }, 'is a link'],
    ['is a device', { name: `${PACKAGE}/null`, type: 'character-device' }, 'is a character-device'],
    ['is there twice', { name: ADDON }, 'occurs twice'],
  ])('refuses an entry that %s', async (_, entry, why) => {
    expect(await refusedEntries(entry)).toContain(why);
    expect(left()).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['cache', 'pack.tar.gz']);
  });

  it('refuses one with too many files, or without an addon', async () => {
    const many = Array.from({ length: 1000 }, (_, at) => ({ name: `${PACKAGE}/${at}` }));
    expect(await refusedEntries(...many)).toContain('too large');
    const none = await writePack(archive, usual().slice(0, 1));
    expect(await refusal(none)).toContain('no native addon');
    expect(left()).toEqual([]);
  });

  it('says that the disk is full', async () => {
    const sha256 = await writePack(archive, usual());
    const full = (): Writable =>
      existsSync('/dev/full')
        ? createWriteStream('/dev/full')
        : new Writable({
            write: (_, __, done) => done(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
          });
    expect(await refusal(sha256, { ...working, create: full })).toMatch(/disk is full.*half a gigabyte/);
    expect(left()).toEqual([]);
  });

  it('refuses one whose addon is for another processor', async () => {
    // The head of an ELF library for AArch64, or for x64 where this machine is AArch64.
    const machine = process.arch === 'arm64' ? 0x3e : 0xb7;
    const elf = Buffer.alloc(4096);
    elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    elf.set([3, 0, machine, 0, 1], 16);
    const sha256 = await writePack(archive, usual(elf));
    expect(await refusal(sha256, {})).toMatch(/does not work here\. Its native addon does not load: .+\.$/);
    expect(left()).toEqual([]);
  });

  const library = crashing();
  if (library === null) {
    it('a C++ compiler is ABSENT here: no addon that crashes can be made', () => {
      expect(spawnSync('g++', ['--version']).status).not.toBe(0);
    });
  } else {
    it('outlives an addon that ends the process that loads it', async () => {
      const sha256 = await writePack(archive, usual(library));
      expect(await refusal(sha256, {})).toContain('SIGABRT');
      expect(left()).toEqual([]);
    });
  }
});

/** A library that aborts when it is loaded. */
function crashing(): Uint8Array | null {
  if (process.platform !== 'linux') return null;
  const place = mkdtempSync(join(tmpdir(), 'headstart-crash-'));
  try {
    const source = '#include <cstdlib>\n__attribute__((constructor)) static void fall() { abort(); }\n';
    const built = spawnSync('g++', ['-shared', '-fPIC', '-x', 'c++', '-', '-o', join(place, 'fall.node')], {
      input: source,
    });
    return built.status === 0 ? readFileSync(join(place, 'fall.node')) : null;
  } finally {
    rmSync(place, { recursive: true });
  }
}
