import { describe, expect, it } from '@jest/globals';
import { gitOutside } from '../../../src/github/git/git-program.js';

/** Where a search finds git, when these files can be run; links lead to what is said after the arrow. */
function found(searchPath: string, files: readonly string[], platform: NodeJS.Platform = 'linux') {
  const real = new Map(files.map((file) => [file.split(' -> ')[0], file.split(' -> ').at(-1)!]));
  const checkouts = [platform === 'win32' ? 'D:\\a\\repo\\repo' : '/srv/repo'];
  const runnable = (file: string) => real.get(file) ?? null;
  return gitOutside({ searchPath, checkouts, platform, runnable });
}

describe('gitOutside', () => {
  it('takes the first git on the search path', () => {
    expect(found('/usr/local/bin:/usr/bin', ['/usr/bin/git', '/usr/local/bin/git'])?.file).toBe(
      '/usr/local/bin/git',
    );
  });

  it.each([
    ['the checkout itself', '/srv/repo:/usr/bin'],
    ['a folder of the checkout', '/srv/repo/node_modules/.bin:/usr/bin'],
    ['a way round to it', '/srv/other/../repo/bin:/usr/bin'],
    ['a relative folder', 'bin:./bin:/usr/bin'],
    ['an empty entry, which is the current folder', ':/usr/bin:'],
  ])('passes over %s, and does not hand it on', (_, searchPath) => {
    const planted = ['git', 'bin/git', '/srv/repo/git', '/srv/repo/bin/git'];
    const program = found(searchPath, [...planted, '/srv/repo/node_modules/.bin/git', '/usr/bin/git']);
    expect(program).toEqual({ file: '/usr/bin/git', searchPath: '/usr/bin' });
  });

  it('passes over a link into the checkout', () => {
    expect(found('/opt/bin:/usr/bin', ['/opt/bin/git -> /srv/repo/git', '/usr/bin/git'])?.file).toBe(
      '/usr/bin/git',
    );
  });

  it('does not take a folder beside the checkout for one in it', () => {
    expect(found('/srv/repo-tools', ['/srv/repo-tools/git'])?.file).toBe('/srv/repo-tools/git');
  });

  it('finds nothing where there is nothing', () => {
    expect(found('/usr/bin', ['/srv/repo/git'])).toBeNull();
    expect(found('', ['git'])).toBeNull();
  });

  describe('on Windows', () => {
    const installed = 'C:\\Program Files\\Git\\cmd\\git.exe';

    it.each([
      'C:\\Program Files\\Git\\cmd',
      '"C:\\Program Files\\Git\\cmd"',
      '.;C:\\Program Files\\Git\\cmd',
      'D:\\a\\repo\\repo;C:\\Program Files\\Git\\cmd',
      'd:\\A\\Repo\\repo\\tools;C:\\Program Files\\Git\\cmd',
      '\\tools;D:tools;C:\\Program Files\\Git\\cmd',
    ])('finds the installed one in %s', (searchPath) => {
      const planted = [
        'git.exe',
        'git.com',
        'D:\\a\\repo\\repo\\git.exe',
        'd:\\A\\Repo\\repo\\tools\\git.exe',
      ];
      const elsewhere = ['\\tools\\git.exe', 'D:tools\\git.exe'];
      const program = found(searchPath, [...planted, ...elsewhere, installed], 'win32');
      expect(program?.file).toBe(installed);
      expect(program?.searchPath).toBe('C:\\Program Files\\Git\\cmd');
    });

    it('never takes what is not called git.exe', () => {
      expect(found('C:\\x', ['C:\\x\\git', 'C:\\x\\git.com', 'C:\\x\\git.bat'], 'win32')).toBeNull();
    });
  });
});
