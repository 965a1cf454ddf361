/** Fetches from the repository on GitHub that a checkout came from. */
import { git } from './git.js';
import type { Repository } from '../events/event.js';

export interface Remote {
  /** For example `https://github.com`. */
  serverUrl: string;
  repository: Repository;
  /** Empty: fetch anonymously. */
  token: string;
}

/** Name of a remote that exists only on the command line: nothing is written to the checkout. */
const NAME = 'headstart';

/**
 * Fetches a commit with its files, or in a partial clone with their names only.
 * @throws Error with git's message, and with a remedy when the server denies access.
 */
export async function fetchCommit(folder: string, commit: string, remote: Remote): Promise<void> {
  await fetchFrom(folder, remote, [], ['--depth=1', NAME, commit]);
}

/**
 * Fetches contents that a partial clone lacks, in one request; git itself would send a request for each.
 * @param contents their object ids.
 * @throws Error as above.
 */
export async function fetchContents(
  folder: string,
  contents: readonly string[],
  remote: Remote,
): Promise<void> {
  // With negotiation the server would assume that the clone has all files of its commits.
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
  args: readonly string[],
  input = '',
): Promise<void> {
  const server = remote.serverUrl.replace(/\/+$/u, '');
  const { owner, repo } = remote.repository;
  const remoteSettings = [`url=${server}/${owner}/${repo}`, ...((await isPartial(folder)) ? AS_PARTIAL : [])];
  const environment = remote.token === '' ? {} : authorization(server, remote.token);
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...args];
  try {
    await git(
      [...remoteSettings.flatMap((setting) => ['-c', `remote.${NAME}.${setting}`]), ...settings, ...fetch],
      {
        folder,
        input,
        environment,
      },
    );
  } catch (error) {
    const { message } = error as Error;
    if (!ACCESS_DENIED.test(message)) throw error;
    const remedy = `give \`github-token\` read access to ${owner}/${repo}`;
    throw new Error(`${message}: ${remedy}`, { cause: error });
  }
}

/** Git's messages when credentials are missing or lack access. */
const ACCESS_DENIED = /could not read Username|Authentication failed|not found|returned error: 403/iu;

/** Marks omitted files as available from this remote later, as the cloned remote does. */
const AS_PARTIAL = ['promisor=true', 'partialclonefilter=blob:none'];

/** Whether the clone omits files, which git fetches when it needs them. */
export async function isPartial(folder: string): Promise<boolean> {
  try {
    await git(['config', '--get-regexp', '^(remote\\..*\\.promisor|extensions\\.partialclone)$'], { folder });
    return true;
  } catch {
    return false;
  }
}

/**
 * Passes the token in the environment, where no process list shows it, and overrides credentials that the checkout
 * step left for the same server.
 */
function authorization(server: string, token: string): Record<string, string> {
  const count = Number(process.env['GIT_CONFIG_COUNT'] ?? 0) || 0;
  const key = `http.${server}/.extraheader`;
  const value = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  return {
    GIT_CONFIG_COUNT: String(count + 2),
    [`GIT_CONFIG_KEY_${count}`]: key,
    [`GIT_CONFIG_VALUE_${count}`]: '',
    [`GIT_CONFIG_KEY_${count + 1}`]: key,
    [`GIT_CONFIG_VALUE_${count + 1}`]: value,
  };
}
