/** Commits of the checkout: which one is there, which one a pull request starts from, and how to get it. */
import type { GitHub } from './client.js';
import { isSha, type Repository, repositoryNamed } from './event.js';
import { git } from './git.js';
import { fetchCommit, type Remote } from './remote.js';

/** The commit that is checked out in a folder; null where git or a repository is missing. */
export async function checkedOutCommit(folder: string): Promise<string | null> {
  try {
    const commit = (await git(['rev-parse', 'HEAD'], { folder })).toString('utf8').trim();
    return isSha(commit) ? commit : null;
  } catch {
    return null;
  }
}

/** The repository on this server that a folder was checked out from; null where git or its origin is another. */
export async function checkedOutRepository(folder: string, serverUrl: string): Promise<Repository | null> {
  try {
    const origin = (await git(['config', '--get', 'remote.origin.url'], { folder })).toString('utf8').trim();
    return repositoryNamed(pathOn(new URL(serverUrl).hostname, origin));
  } catch {
    return null;
  }
}

/** `owner/name` of an address on a host, by HTTP or SSH; empty: it is on another host. */
function pathOn(host: string, address: string): string {
  // Git's short form, user@host:path, is not a URL.
  const short = /^(?:[^/@:]+@)?([^/@:]+):(?!\/\/)(.+)$/u.exec(address);
  const { hostname, pathname } =
    short === null ? new URL(address) : { hostname: short[1].toLowerCase(), pathname: short[2] };
  return hostname === host ? pathname.replace(/^\//u, '').replace(/(?:\.git)?\/?$/u, '') : '';
}

export interface PullRequestCommits {
  folder: string;
  repository: Repository;
  headSha: string;
  /** Tip of the base branch as the event knows it. */
  baseSha: string | null;
  /** null: nothing can be asked. */
  github: GitHub | null;
}

/**
 * The commit to compare with. GitHub checks out a merge of base and head: then the base is what it was merged with.
 * Where the head itself is checked out, it is where the head branched off.
 */
export async function baseOf({
  folder,
  repository,
  headSha,
  baseSha,
  github,
}: PullRequestCommits): Promise<string | null> {
  const [first, second] = await parentsOf(folder, 'HEAD');
  if (second === headSha && isSha(first)) return first;
  if (baseSha === null || github === null) return baseSha;
  try {
    const { data } = await github.rest.repos.compareCommitsWithBasehead({
      ...repository,
      basehead: `${baseSha}...${headSha}`,
      per_page: 1,
    });
    return isSha(data.merge_base_commit.sha) ? data.merge_base_commit.sha : baseSha;
  } catch {
    return baseSha;
  }
}

/** As the commit itself names them: a shallow clone shows none. */
async function parentsOf(folder: string, commit: string): Promise<string[]> {
  try {
    const text = (await git(['cat-file', 'commit', commit], { folder })).toString('utf8');
    const [header] = text.split('\n\n', 1);
    return [...header.matchAll(/^parent ([0-9a-f]+)$/gmu)].map(([, parent]) => parent);
  } catch {
    return [];
  }
}

/**
 * Gets a commit unless it is there already.
 * @throws Error with git's own words when it cannot be fetched.
 */
export async function ensureCommit(folder: string, commit: string, remote: Remote): Promise<void> {
  if (!(await isThere(folder, commit))) await fetchCommit(folder, commit, remote);
}

/** Asked so that a partial clone does not fetch it, with all its history. */
async function isThere(folder: string, commit: string): Promise<boolean> {
  try {
    const listed = await git(['rev-list', '--no-walk', '--missing=print', commit, '--'], { folder });
    return listed.toString('utf8').trim() === commit;
  } catch {
    return false;
  }
}

/** Folder of the repository that a folder is in. */
export async function topLevel(folder: string): Promise<string> {
  return (await git(['rev-parse', '--show-toplevel'], { folder })).toString('utf8').trim();
}
