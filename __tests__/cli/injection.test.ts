import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folderWith } from '../fixtures/folder-with.js';
import { injections } from '../fixtures/injection.js';
import { reportSaying } from '../report/hostile.js';

const program = join(import.meta.dirname, '../../build/cli.js');

function headstart(cwd: string, ...args: string[]): { status: number | null; printed: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    // Colours are control sequences of ours, and a CI has them.
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, printed: stdout + stderr };
}

/** Lines in which a runner of GitHub's, or a terminal, would find something to do. */
const acting = (printed: string) =>
  printed.split('\n').filter((line) => /^\s*::|##\[|(?!\t)[\p{Cc}\u2028\u2029\u202e]/u.test(line));

/** All of it in one string, each a word of its own. */
const everything = injections.filter((text) => text.length < 120).join(' ');

describe('what the command line prints is no workflow command', () => {
  it.each(['terminal', 'markdown'])('of a hostile report as %s', (format) => {
    for (const text of ['::error::x', everything]) {
      const folder = folderWith({ 'report.json': JSON.stringify(reportSaying(text)) });
      const { status, printed } = headstart(folder, 'render', 'report.json', '--format', format);
      expect({ status, acting: acting(printed) }).toEqual({ status: 0, acting: [] });
    }
  });

  it('of hostile manifests, names of folders and measurements', () => {
    const name = 'a\n::error::x ##[error]y \u001b[2J';
    const manifest = `schema: headstart/v1\n${JSON.stringify(name)}: 1\nname: ${JSON.stringify(name)}\n`;
    const runs = [
      [folderWith({ 'dataset.yaml': manifest }), 'inspect'],
      [folderWith({ [`${name}/dataset.yaml`]: 'schema: headstart/v1\nx: 1\n' }), 'inspect'],
      [folderWith({ 'report.json': JSON.stringify({ [name]: name }) }), 'render', 'report.json'],
      [folderWith({ 'm.json': JSON.stringify([{ strategy: name }]) }), 'analyze', 'm.json'],
    ];
    for (const [folder, ...args] of runs) {
      const { status, printed } = headstart(folder, ...args);
      expect({ args, status, acting: acting(printed) }).toEqual({ args, status: 2, acting: [] });
    }
  });

  it('as JSON, which stays what it was', () => {
    const name = '##[error]x';
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
      'base64',
    );
    const folder = folderWith({ [`${name}/1.png`]: png, 'b/1.png': png });
    const { printed } = headstart(folder, 'inspect', '--json', '--quiet');
    expect(acting(printed)).toEqual([]);
    expect(JSON.stringify(JSON.parse(printed))).toContain(name);
  });
});
