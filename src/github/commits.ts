/** Commits of the checkout: which one is there, which one a pull request starts from, and how to get it. */
import type { GitHub } from './client.js';
import { isSha, type Repository, repositoryNamed } from './event.js';
import { git } from './git.js';

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
    const { host } = new URL(serverUrl);
    const path = [`${serverUrl.replace(/\/+$/u, '')}/`, `git@${host}:`, `ssh://git@${host}/`]
      .filter((start) => origin.startsWith(start))
      .map((start) => origin.slice(start.length).replace(/(?:\.git)?\/?$/u, ''));
    return repositoryNamed(path[0] ?? '');
  } catch {
    return null;
  }
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

export interface Remote {
  /** For example `https://github.com`. */
  serverUrl: string;
  repository: Repository;
  /** Empty: as nobody. */
  token: string;
}

/**
 * Gets a commit with its files, unless it is there already.
 * @throws Error with git's own words when it cannot be had.
 */
export async function fetchCommit(folder: string, commit: string, remote: Remote): Promise<void> {
  if (await isThere(folder, commit)) return;
  const { serverUrl, repository, token } = remote;
  const server = serverUrl.replace(/\/+$/u, '');
  const address = `${server}/${repository.owner}/${repository.repo}`;
  const environment = token === '' ? {} : authorization(server, token);
  await git(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--depth=1', address, commit], {
    folder,
    environment,
  });
}

async function isThere(folder: string, commit: string): Promise<boolean> {
  try {
    await git(['cat-file', '-e', `${commit}^{tree}`], { folder });
    return true;
  } catch {
    return false;
  }
}

/** In the environment, where no list of processes shows it; what the checkout left for the same server is put aside. */
function authorization(server: string, token: string): Record<string, string> {
  const known = Number(process.env['GIT_CONFIG_COUNT'] ?? 0) || 0;
  const key = `http.${server}/.extraheader`;
  const value = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  return {
    GIT_CONFIG_COUNT: String(known + 2),
    [`GIT_CONFIG_KEY_${known}`]: key,
    [`GIT_CONFIG_VALUE_${known}`]: '',
    [`GIT_CONFIG_KEY_${known + 1}`]: key,
    [`GIT_CONFIG_VALUE_${known + 1}`]: value,
  };
}

/** Folder of the repository that a folder is in. */
export async function topLevel(folder: string): Promise<string> {
  return (await git(['rev-parse', '--show-toplevel'], { folder })).toString('utf8').trim();
}
