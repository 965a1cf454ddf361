import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gitProgram } from './git-program.js';

/** What a call of git may take. */
const SECONDS = 120;
const MOST_BYTES = 2 ** 30;

export interface GitCall {
  folder: string;
  /** Variables beside those of the process. */
  environment?: Record<string, string>;
  input?: string;
}

/** Settings that a repository could turn against whoever looks into it. */
const SETTINGS = [
  // In a container the workspace belongs to another user, which git refuses without being told.
  'safe.directory=*',
  // A folder of the checkout that looks like a repository is not one.
  'safe.bareRepository=explicit',
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.quotePath=false',
];

/**
 * What git prints. It is asked only for what it has stored: nothing in the repository is run, nor searched for programs.
 * @throws Error with git's own last words.
 */
export async function git(args: readonly string[], { folder, environment, input }: GitCall): Promise<Buffer> {
  const { file, searchPath } = gitProgram(folder);
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const child = spawn(file, [...settings, '-C', folder, ...args], {
    // Windows looks for programs in the current folder first.
    cwd: dirname(file),
    env: {
      ...process.env,
      PATH: searchPath,
      NoDefaultCurrentDirectoryInExePath: '1',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
      ...environment,
    },
    signal: AbortSignal.timeout(1000 * SECONDS),
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, printed, said] = await Promise.all([ended, bounded(child.stdout), buffer(child.stderr)]);
  if (code === 0) return printed;
  throw new Error(reasonOf(said.toString('utf8'), folder) ?? `git ended with ${code}`);
}

/** Git's last line, which is where it says what went wrong. */
function reasonOf(said: string, folder: string): string | null {
  if (/unsafe repository|dubious ownership/u.test(said))
    return (
      `${folder} belongs to another user, and this git (before 2.35.3) must be told that it is safe: ` +
      `run git config --global --add safe.directory "${folder}" in a step before, or install a later git`
    );
  return said.trim().split('\n').at(-1)?.slice(0, 300) || null;
}

async function bounded(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('git printed over 1 GiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
