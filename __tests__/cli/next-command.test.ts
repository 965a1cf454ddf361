import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { encode } from 'fast-png';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from '@jest/globals';
import { readReport } from '../../src/report/validate.js';
import { folderWith } from '../fixtures/folder-with.js';

const program = join(import.meta.dirname, '../../build/cli.js');
const SIDE = 32;

/**
 * Class folders of noise, in which there is nothing to find, and so many images that a short budget does not reach all of
 * them: there is always a training to propose.
 */
function noise(name: string): string {
  const random = xoroshiro128plus(3);
  const files: Record<string, Uint8Array | string> = {
    [`${name}/dataset.yaml`]: `schema: headstart/v1\nimage: { size: ${SIDE} }\n`,
  };
  for (const kind of ['a', 'b', 'c']) {
    for (let i = 0; i < 500; i++) {
      const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => uniformInt(random, 0, 255));
      files[`${name}/${kind}/${i}.png`] = encode({ width: SIDE, height: SIDE, data, channels: 3, depth: 8 });
    }
  }
  return dirname(join(folderWith(files), name));
}

const run = promisify(execFile);
const commandIn = (out: string) => / {2}(node .* --budget \w+)$/mu.exec(out)?.[1];

describe('the command that a report ends with', () => {
  it('goes on where the run ended, whatever the folder is called', async () => {
    const name = "my set's $(id)";
    const cwd = noise(name);
    const report = () =>
      readReport(JSON.parse(readFileSync(join(cwd, 'headstart-report/report.json'), 'utf8')));
    const first = await run(
      process.execPath,
      [program, 'probe', name, '--budget', '8s', '--engine', 'wasm', '--quiet'],
      { cwd },
    );
    const before = report();
    const command = commandIn(first.stdout);
    expect(command).toMatch(/^node \S*build\/cli\.js probe 'my set'\\''s \$\(id\)' --engine wasm --budget /u);
    expect(readFileSync(join(cwd, 'headstart-report/report.md'), 'utf8')).toContain(
      `\`\`\`sh\n${command}\n\`\`\``,
    );
    await run('sh', ['-c', command!], { cwd });
    const done = before.receipt!.trials.filter(({ status }) => status === 'done');
    expect(report().receipt!.carried).toMatchObject({ trials: done.length, testLeftOut: 0 });
    expect(report().receipt!.trials.length).toBeGreaterThan(done.length);
    expect(report().receipt!.command).toEqual(before.receipt!.command);
  });

  it('keeps nothing with --no-cache', async () => {
    const cwd = noise('set');
    await run(
      process.execPath,
      [program, 'probe', 'set', '--budget', '5s', '--engine', 'wasm', '--no-cache', '--quiet'],
      { cwd },
    ).catch(() => undefined);
    expect(existsSync(join(cwd, 'headstart-report/report.json'))).toBe(true);
    expect(existsSync(join(cwd, 'headstart-report/.cache'))).toBe(false);
  });
});
