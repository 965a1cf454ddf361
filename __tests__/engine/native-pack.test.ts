import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const script = resolve('scripts', 'native-pack.mjs');
const native = resolve('.native');
const addon = join('node_modules', '@tensorflow', 'tfjs-node', 'lib', 'napi-v8', 'tfjs_binding.node');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-pack-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Without a path there are no tools, so that nothing can be downloaded or built. */
function packWithoutTools(pack: string) {
  const env = { PATH: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, pack], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the script that builds the native pack', () => {
  it('ends with 2, names all that is missing and leaves nothing behind', () => {
    const { status, stderr } = packWithoutTools(folder);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      process.platform === 'linux' && process.arch === 'x64'
        ? /^native pack: this machine lacks Python 3 with pip .*; a C\+\+ compiler .*; npm; tar\.\n$/
        : /^native pack: the pack can be built on Linux x64 only; this is /,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not take a broken pack for a working one', () => {
    mkdirSync(dirname(join(folder, addon)), { recursive: true });
    writeFileSync(join(folder, addon), 'no library');
    expect(packWithoutTools(folder).status).toBe(2);
  });

  const onLinux = process.platform === 'linux' && process.arch === 'x64';
  (onLinux ? it : it.skip)(
    'starts no tool where the user is, which may be a checkout of a pull request',
    () => {
      const seen = join(folder, 'seen');
      const tool = `#!/bin/sh\npwd >> '${seen}'\nexit 1\n`;
      for (const name of ['python3', 'python', 'g++', 'c++', 'npm', 'tar', 'strip']) {
        writeFileSync(join(folder, name), tool, { mode: 0o755 });
      }
      const env = { PATH: `${folder}:/usr/bin:/bin` };
      expect(spawnSync(process.execPath, [script, join(folder, 'pack')], { cwd: folder, env }).status).toBe(
        2,
      );
      const places = new Set(readFileSync(seen, 'utf8').trim().split('\n'));
      expect([...places]).toEqual([dirname(script)]);
    },
  );

  if (existsSync(join(native, addon))) {
    it('does nothing when a working pack is there', () => {
      const { status, stdout, stderr } = packWithoutTools(native);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/^native pack: tfjs-node 4\.22\.0 with TensorFlow \S+ is there and works: /);
    });
  } else {
    it('the native pack is ABSENT here: it cannot be found working', () => {
      expect(existsSync(native) ? readdirSync(native) : []).not.toContain('node_modules');
    });
  }
});
