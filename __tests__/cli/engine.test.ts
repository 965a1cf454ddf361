import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { usual, writePack } from '../engine/native/pack.js';

const build = join(import.meta.dirname, '../../build');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** With caches in the test's folder; an empty HEADSTART_TENSORFLOW counts as not set. */
function engine(args: string[], env: Record<string, string> = {}) {
  const caches = {
    HOME: folder,
    LOCALAPPDATA: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    RUNNER_TOOL_CACHE: '',
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(build, 'cli.js'), 'engine', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...caches, ...env },
  });
  return { status, out: stdout, errors: stderr };
}

describe('headstart engine status', () => {
  it('says what is there, where it was looked for, and what is used', () => {
    mkdirSync(join(folder, 'named'));
    const { status, out } = engine(['status'], { HEADSTART_TENSORFLOW: join(folder, 'named') });
    expect(status).toBe(0);
    expect(out).toContain('`--engine auto` uses wasm: ');
    expect(out).toMatch(/^wasm: kernels \w+, works on this CPU$/m);
    expect(out).toMatch(/^tensorflow: HEADSTART_TENSORFLOW names a folder without node_modules/m);
    expect(out).toContain(`- HEADSTART_TENSORFLOW: nothing in ${join(folder, 'named')}`);
    expect(out).toMatch(/`headstart engine install` (?:downloads|builds|is not possible here)/);
  });

  it('names the places, the caches too', () => {
    const { status, out } = engine(['status']);
    expect(status).toBe(0);
    expect(out).toContain('- tool cache: not defined on this machine');
    expect(out).toContain(`- user cache: nothing in ${join(folder, 'cache', 'headstart', 'native')}`);
  });
});

describe('headstart engine install', () => {
  it('refuses a file that is another, and one that does not work, with 1 and without a trace', async () => {
    const file = join(folder, 'pack.tar.gz');
    const sha256 = await writePack(file, usual());
    const other = engine(['install', '--from', 'pack.tar.gz', '--sha256', '0'.repeat(64)]);
    expect(other).toMatchObject({
      status: 1,
      errors: expect.stringContaining('SHA-256'),
    });
    const broken = engine(['install', '--from', 'pack.tar.gz', '--sha256', sha256]);
    expect(broken).toMatchObject({
      status: 1,
      errors: expect.stringContaining('The pack does not work here.'),
    });
    expect(readdirSync(join(folder, 'cache', 'headstart', 'native'))).toEqual([]);
  });

  it.each([
    [['--from', 'pack.tar.gz'], '--from and --sha256'],
    [['--sha256', '0'.repeat(64)], '--from and --sha256'],
    [
      ['--from', 'nowhere.tar.gz', '--sha256', '0'.repeat(64)],
      'nowhere.tar.gz: does not exist. Check the path.',
    ],
    [['--from', 'pack.tar.gz', '--sha256', 'short'], 'A SHA-256 has 64 hexadecimal digits.'],
  ])('%j ends with 2 and says what to do', (args, message) => {
    const { status, errors } = engine(['install', ...args]);
    expect({ status, errors }).toEqual({ status: 2, errors: expect.stringContaining(message) });
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });
});

// The flag takes SSE 4.1 away from V8, and WebAssembly's vector instructions with it.
const withoutSimd = '--no-enable-sse4-1';
(process.arch === 'x64' ? describe : describe.skip)(
  'a CPU without vector instructions, by a flag of V8 on x64',
  () => {
    it.each(['wasm', 'auto'])(
      'is named with what to do when the engine is %s and TensorFlow is not there',
      (choice) => {
        const program = `import { openEngine } from ${JSON.stringify(pathToFileURL(join(build, 'engine/open.js')).href)};
      try { openEngine('${choice}'); } catch (error) { console.log(error.name, error.message); }`;
        const env = { HEADSTART_TENSORFLOW: join(folder, 'none') };
        const { stdout } = spawnSync(
          process.execPath,
          [withoutSimd, '--input-type=module', '--eval', program],
          {
            encoding: 'utf8',
            env,
          },
        );
        expect(stdout).toMatch(
          /^InputError This CPU lacks the vector instructions .* Use another machine or runner\.\n$/,
        );
      },
    );
  },
);
