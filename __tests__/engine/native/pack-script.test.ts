import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { extractPack } from '../../../src/engine/native/install.js';
import { ADDON, hashOf, PACKAGE } from './pack.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-pack-script-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(native: string, names: string[]): void {
  for (const name of names) {
    const file = join(folder, native, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, name);
    utimesSync(file, 1000 + names.indexOf(name), names.length);
  }
}

function pack(native: string, out: string) {
  const args = [resolve('scripts/pack-native.mjs'), join(folder, out), join(folder, native)];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('the script that packs a native engine', () => {
  const library = `${PACKAGE}/deps/lib/libtensorflow_cc.so.2`;
  const needed = [ADDON, library, `${PACKAGE}/package.json`, `${PACKAGE}/TENSORFLOW-LICENSE`];

  it('gives the same bytes whatever the order and the times, and leaves out what loading does not need', async () => {
    write('one', [...needed, `${PACKAGE}/src/index.ts`, `${PACKAGE}/deps/include/tensorflow.h`]);
    write('two', [...needed].reverse());
    if (process.platform !== 'win32')
      symlinkSync('libtensorflow_cc.so.2', join(folder, 'two', library, '../lib.so'));
    const { status, stdout } = pack('one', 'one.tar.gz');
    expect(status).toBe(0);
    const sha256 = hashOf(join(folder, 'one.tar.gz'));
    expect(JSON.parse(stdout)).toMatchObject({ file: 'one.tar.gz', sha256 });
    expect(readFileSync(join(folder, 'one.tar.gz.sha256'), 'utf8')).toBe(`${sha256}  one.tar.gz\n`);
    expect(pack('two', 'two.tar.gz').status).toBe(0);
    expect(hashOf(join(folder, 'two.tar.gz'))).toBe(sha256);
    await extractPack(join(folder, 'one.tar.gz'), join(folder, 'out'));
    for (const name of needed) expect(readFileSync(join(folder, 'out', name), 'utf8')).toBe(name);
  });

  it('packs nothing without an addon', () => {
    write('none', [`${PACKAGE}/package.json`]);
    expect(pack('none', 'none.tar.gz')).toMatchObject({ status: 1, stdout: '' });
  });
});
