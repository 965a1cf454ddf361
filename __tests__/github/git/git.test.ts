import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { git } from '../../../src/github/git/git.js';
import { folderWith } from '../../fixtures/folder-with.js';

const before = { ...process.env };
const [onPosix, onWindows] = process.platform === 'win32' ? [it.skip, it] : [it, it.skip];
let folder: string;

const OLDER_GIT = (real: string) => `#!/bin/sh
[ "$2" = 'safe.directory=*' ] && shift 2
exec '${real}' "$@"
`;

function programOf(name: string): string {
  return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}

beforeEach(() => {
  folder = folderWith({ 'a.txt': 'a' });
  execFileSync('git', ['init', '--quiet', folder]);
});

afterEach(() => {
  process.env = { ...before };
});

describe('git', () => {
  onPosix('never runs a program of the checkout', async () => {
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

  it('says what is wrong, not what git adds to it', async () => {
    await expect(git(['fetch', 'nowhere'], { folder })).rejects.toThrow(/^fatal: .*nowhere/u);
  });

  it('does not take a folder of the checkout for a repository', async () => {
    const planted = join(folder, 'data');
    execFileSync('git', ['init', '--quiet', '--bare', planted]);
    const config = readFileSync(join(planted, 'config'), 'utf8');
    writeFileSync(join(planted, 'config'), `${config}[core]\n\tfsmonitor = touch ${join(folder, 'ran')}\n`);
    await expect(git(['status'], { folder: planted })).rejects.toThrow(/safe\.bareRepository/u);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  // Written for the Windows jobs of CI, and not run anywhere else: there the search begins in the current folder.
  onWindows('never runs a program of the checkout that Windows would take', async () => {
    for (const name of ['git.exe', 'git.com', 'git.bat', 'git.cmd'])
      copyFileSync(join(process.env['SystemRoot']!, 'System32', 'whoami.exe'), join(folder, name));
    process.env['PATH'] = ['.', folder, before['Path'] ?? before['PATH']].join(delimiter);
    const started = process.cwd();
    process.chdir(folder);
    try {
      expect((await git(['--version'], { folder })).toString('utf8')).toMatch(/^git version/u);
    } finally {
      process.chdir(started);
    }
  });

  describe('before 2.38, which takes no trust from the command line', () => {
    /** Git itself, which takes every folder for another user’s, behind a program that drops that setting. */
    function olderGit(home: string): void {
      const tools = folderWith({ git: OLDER_GIT(programOf('git')) });
      chmodSync(join(tools, 'git'), 0o755);
      Object.assign(process.env, {
        PATH: [tools, before['PATH']].join(delimiter),
        GIT_TEST_ASSUME_DIFFERENT_OWNER: '1',
        HOME: home,
      });
    }

    onPosix('works all the same, with the settings of the user', async () => {
      olderGit(folderWith({ '.gitconfig': '[headstart]\n\tmine = yes\n' }));
      const other = folderWith({});
      execFileSync('git', ['init', '--quiet', other], { env: before });
      expect(String(await git(['rev-parse', '--show-toplevel'], { folder: other })).trim()).toBe(other);
      expect(String(await git(['config', 'headstart.mine'], { folder: other })).trim()).toBe('yes');
    });
  });

  onPosix('says what to do where git takes the checkout for another user’s', async () => {
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
