/** Commits of the checkout: the current one, the base of a pull request, and fetching it. */
import type { GitHub } from '../client.js';
import { isSha, type Repository, repositoryNamed } from '../events/event.js';
import { git } from './git.js';
import { fetchCommit, type Remote } from './remote.js';

/** Null when git or a repository is missing. */
export async function checkedOutCommit(folder: string): Promise<string | null> {
  try {
    const commit = (await git(['rev-parse', 'HEAD'], { folder })).toString('utf8').trim();
    return isSha(commit) ? commit : null;
  } catch {
    return null;
  }
}

/** The repository on this server that a folder was checked out from; null when unknown or on another server. */
export async function checkedOutRepository(folder: string, serverUrl: string): Promise<Repository | null> {
  try {
    const origin = (await git(['config', '--get', 'remote.origin.url'], { folder })).toString('utf8').trim();
    return repositoryNamed(pathOn(new URL(serverUrl).hostname, origin));
  } catch {
    return null;
  }
}

/** `owner/name` in an HTTP or SSH address; empty: it is on another host. */
function pathOn(host: string, address: string): string {
  // Git's short form `user@host:path` is not a URL.
  const short = /^(?:[^/@:]+@)?([^/@:]+):(?!\/\/)(.+)$/u.exec(address);
  const { hostname, pathname } =
    short === null ? new URL(address) : { hostname: short[1].toLowerCase(), pathname: short[2] };
  return hostname === host ? pathname.replace(/^\//u, '').replace(/(?:\.git)?\/?$/u, '') : '';
}

export interface PullRequestCommits {
  folder: string;
  repository: Repository;
  headSha: string;
  /** Tip of the base branch, from the event. */
  baseSha: string | null;
  /** null: there is no token. */
  github: GitHub | null;
}

/**
 * The commit to compare with. GitHub checks out a merge of base and head: its first parent is the base. When the head
 * itself is checked out, the base is the merge base.
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

/** Read from the commit object: in a shallow clone `git log` shows no parents. */
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
 * Fetches a commit unless the clone has it.
 * @throws Error with git's message when it cannot be fetched.
 */
export async function ensureCommit(folder: string, commit: string, remote: Remote): Promise<void> {
  if (!(await hasCommit(folder, commit))) await fetchCommit(folder, commit, remote);
}

/** With these options a partial clone does not fetch the commit and all its history. */
async function hasCommit(folder: string, commit: string): Promise<boolean> {
  try {
    const listed = await git(['rev-list', '--no-walk', '--missing=print', commit, '--'], { folder });
    return listed.toString('utf8').trim() === commit;
  } catch {
    return false;
  }
}

/** Root folder of the repository that contains a folder. */
export async function topLevel(folder: string): Promise<string> {
  return (await git(['rev-parse', '--show-toplevel'], { folder })).toString('utf8').trim();
}
