import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { git } from '../../src/github/git.js';
import { folderWith } from '../fixtures/folder-with.js';

const before = { ...process.env };
let folder: string;

beforeEach(() => {
  folder = folderWith({ 'a.txt': 'a' });
  execFileSync('git', ['init', '--quiet', folder]);
});

afterEach(() => {
  process.env = { ...before };
});

describe('git', () => {
  it('never runs a program of the checkout', async () => {
    const ran = join(folder, 'ran');
    for (const name of ['git', 'git.exe', 'git.com', 'bin/git']) {
      mkdirSync(join(folder, 'bin'), { recursive: true });
      writeFileSync(join(folder, name), `#!/bin/sh\ntouch '${ran}'\n`);
      chmodSync(join(folder, name), 0o755);
    }
    process.env['PATH'] = ['', '.', folder, join(folder, 'bin'), before['PATH']].join(delimiter);
    const top = await git(['rev-parse', '--show-toplevel'], { folder });
    expect(top.toString('utf8').trim()).toBe(folder);
    expect(existsSync(ran)).toBe(false);
  });

  it('does not take a folder of the checkout for a repository', async () => {
    const planted = join(folder, 'data');
    execFileSync('git', ['init', '--quiet', '--bare', planted]);
    const config = readFileSync(join(planted, 'config'), 'utf8');
    writeFileSync(join(planted, 'config'), `${config}[core]\n\tfsmonitor = touch ${join(folder, 'ran')}\n`);
    await expect(git(['status'], { folder: planted })).rejects.toThrow(/safe\.bareRepository/u);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('says what to do where git takes the checkout for another user’s', async () => {
    const tools = folderWith({});
    writeFileSync(
      join(tools, 'git'),
      `#!/bin/sh\necho "fatal: unsafe repository ('$3' is owned by someone else)" >&2\necho 'To add an exception:' >&2\nexit 128\n`,
    );
    chmodSync(join(tools, 'git'), 0o755);
    process.env['PATH'] = [tools, before['PATH']].join(delimiter);
    const other = folderWith({});
    await expect(git(['rev-parse', 'HEAD'], { folder: other })).rejects.toThrow(
      /git config --global --add safe\.directory/u,
    );
  });
});
