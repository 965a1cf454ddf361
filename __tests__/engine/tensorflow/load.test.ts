import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineUnavailable, loadTensorflow, programRoot } from '../../../src/engine/tensorflow/load.js';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'headstart-load-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A tfjs-node without anything in it, `content` in place of its addon. */
function install(under: string, content: string | null): string {
  const place = join(folder, under, 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"version": "4.22.0"}');
  const addon = join(place, 'lib', 'napi-v8', 'tfjs_binding.node');
  if (content !== null) {
    mkdirSync(dirname(addon), { recursive: true });
    writeFileSync(addon, content);
  }
  return addon;
}

/** The addons are no libraries, so that the error tells which one was tried. */
function tried(environment: NodeJS.ProcessEnv, root: string): string {
  try {
    loadTensorflow(environment, root);
  } catch (error) {
    if (error instanceof EngineUnavailable) return error.message;
    throw error;
  }
  return 'loaded';
}

describe('loading TensorFlow', () => {
  it('says that it is not installed', () => {
    expect(tried({}, join(folder, 'program'))).toContain('not installed with Headstart');
  });

  it('says that it was installed without its addon', () => {
    install('program', null);
    expect(tried({}, join(folder, 'program'))).toMatch(/without its native addon: .*tfjs-node\.$/);
  });

  it('says that the addon does not load, in one line', () => {
    const addon = install('program', 'no library');
    const message = tried({}, join(folder, 'program'));
    expect(message).toContain('does not load: ');
    expect(message).toContain(addon);
    expect(message).not.toContain('\n');
  });

  it('takes .native beside the program before node_modules, and the folders above it', () => {
    const above = install('.', 'no library');
    const root = join(folder, 'program');
    expect(tried({}, root)).toContain(above);
    const beside = install('program', 'no library');
    expect(tried({}, root)).toContain(beside);
    const native = install('program/.native', 'no library');
    expect(tried({}, root)).toContain(native);
  });

  it('takes the folder in HEADSTART_TENSORFLOW and no other when that is set', () => {
    install('program', 'no library');
    const named = install('named', 'no library');
    const root = join(folder, 'program');
    expect(tried({ HEADSTART_TENSORFLOW: join(folder, 'named') }, root)).toContain(named);
    expect(tried({ HEADSTART_TENSORFLOW: join(folder, 'empty') }, root)).toMatch(
      /^HEADSTART_TENSORFLOW names a folder without node_modules/,
    );
  });

  it('takes no relative folder, which would depend on where it was called', () => {
    expect(tried({ HEADSTART_TENSORFLOW: '.native' }, folder)).toMatch(
      /HEADSTART_TENSORFLOW must be an absolute path, not "\.native"/,
    );
  });

  it('does not look into the working directory, where a pull request may have put things', () => {
    const before = process.cwd();
    install('checkout', 'no library');
    install('checkout/.native', 'no library');
    process.chdir(join(folder, 'checkout'));
    try {
      expect(tried({}, join(folder, 'program'))).toContain('not installed with Headstart');
    } finally {
      process.chdir(before);
    }
  });
});

describe('the folder of the program', () => {
  it.each([
    ['the bundle', ['dist', 'cli.js']],
    ['the compiled program', ['build', 'engine', 'tensorflow', 'load.js']],
    ['the sources', ['src', 'engine', 'tensorflow', 'load.ts']],
  ])('is the one above %s', (_, parts) => {
    expect(programRoot(join(folder, ...parts))).toBe(folder);
  });
});
