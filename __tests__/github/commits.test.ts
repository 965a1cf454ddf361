import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { checkedOutRepository } from '../../src/github/commits.js';
import { folderWith } from '../fixtures/folder-with.js';

function checkoutOf(origin: string): string {
  const folder = folderWith({});
  execFileSync('git', ['init', '--quiet', folder]);
  execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', origin]);
  return folder;
}

describe('the repository that a folder was checked out from', () => {
  it.each([
    'https://github.com/octo/shapes',
    'https://github.com/octo/shapes.git',
    'https://github.com/octo/shapes/',
    'https://x-access-token:secret@github.com/octo/shapes',
    'https://GitHub.com/octo/shapes',
    'git@github.com:octo/shapes.git',
    'org-42@github.com:octo/shapes.git',
    'github.com:octo/shapes',
    'ssh://git@github.com/octo/shapes.git',
    'ssh://git@github.com:22/octo/shapes.git',
  ])('is read from %s', async (origin) => {
    expect(await checkedOutRepository(checkoutOf(origin), 'https://github.com')).toEqual({
      owner: 'octo',
      repo: 'shapes',
    });
  });

  it.each([
    'https://example.com/octo/shapes',
    'https://example.com/github.com/octo/shapes',
    'https://github.com.example.com/octo/shapes',
    'git@example.com:octo/shapes.git',
    '/srv/git/octo/shapes.git',
    '../octo/shapes',
    'C:\\repos\\shapes',
    'https://github.com/octo/shapes/more',
  ])('is not known from %s', async (origin) => {
    expect(await checkedOutRepository(checkoutOf(origin), 'https://github.com')).toBeNull();
  });

  it('is that of GitHub Enterprise where the run is there', async () => {
    const origin = checkoutOf('git@git.example.com:octo/shapes.git');
    expect(await checkedOutRepository(origin, 'https://git.example.com:8443/')).toEqual({
      owner: 'octo',
      repo: 'shapes',
    });
  });

  it('is not known without git', async () => {
    expect(await checkedOutRepository(folderWith({}), 'https://github.com')).toBeNull();
  });
});
