/** The repository on GitHub that a checkout came from, as git fetches from it. */
import { git } from './git.js';
import type { Repository } from '../events/event.js';

export interface Remote {
  /** For example `https://github.com`. */
  serverUrl: string;
  repository: Repository;
  /** Empty: as nobody. */
  token: string;
}

/** Name of the remote; it exists only while a command runs, and nothing of it is written to the checkout. */
const NAME = 'headstart';

/**
 * Gets a commit with its files; of a partial clone only the names of its files.
 * @throws Error with git's own words, and what to do where the server refuses.
 */
export async function fetchCommit(folder: string, commit: string, remote: Remote): Promise<void> {
  await fetchFrom(folder, remote, [], ['--depth=1', NAME, commit]);
}

/**
 * Gets the contents that a partial clone lacks, in one request: git itself would ask for one after the other.
 * @param contents names of them, as git has it.
 * @throws Error as above.
 */
export async function fetchContents(
  folder: string,
  contents: readonly string[],
  remote: Remote,
): Promise<void> {
  // Negotiation would make the server believe that all files of the commits here are here, too.
  const settings = ['-c', 'fetch.negotiationAlgorithm=noop'];
  await fetchFrom(
    folder,
    remote,
    settings,
    ['--no-write-fetch-head', '--stdin', NAME],
    `${contents.join('\n')}\n`,
  );
}

async function fetchFrom(
  folder: string,
  remote: Remote,
  settings: readonly string[],
  words: readonly string[],
  input = '',
): Promise<void> {
  const server = remote.serverUrl.replace(/\/+$/u, '');
  const { owner, repo } = remote.repository;
  const named = [`url=${server}/${owner}/${repo}`, ...((await isPartial(folder)) ? AS_PARTIAL : [])];
  const environment = remote.token === '' ? {} : authorization(server, remote.token);
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...words];
  try {
    await git([...named.flatMap((setting) => ['-c', `remote.${NAME}.${setting}`]), ...settings, ...fetch], {
      folder,
      input,
      environment,
    });
  } catch (error) {
    const { message } = error as Error;
    if (!REFUSED.test(message)) throw error;
    const remedy = `give \`github-token\` the right to read ${owner}/${repo}`;
    throw new Error(`${message}: ${remedy}`, { cause: error });
  }
}

/** How git says that a server wants to know who asks, or shows nothing to whoever does. */
const REFUSED = /could not read Username|Authentication failed|not found|returned error: 403/iu;

/** What is left out of a fetch is then promised, as it is by the remote that was cloned. */
const AS_PARTIAL = ['promisor=true', 'partialclonefilter=blob:none'];

/** Whether files were left out of a clone, to be fetched when they are needed. */
export async function isPartial(folder: string): Promise<boolean> {
  try {
    await git(['config', '--get-regexp', '^(remote\\..*\\.promisor|extensions\\.partialclone)$'], { folder });
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
