import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

/** What a call of git may take. */
const SECONDS = 120;
const MOST_BYTES = 2 ** 30;

export interface GitCall {
  folder: string;
  /** Variables beside those of the process. */
  environment?: Record<string, string>;
  input?: string;
}

/**
 * What git prints. It is asked only for what it has stored: nothing in the repository is run.
 * @throws Error with git's own last words.
 */
export async function git(args: readonly string[], { folder, environment, input }: GitCall): Promise<Buffer> {
  const child = spawn(
    'git',
    // In a container the workspace belongs to another user, which git refuses without being told.
    ['-c', 'safe.directory=*', '-c', 'core.quotePath=false', '-c', 'core.hooksPath=/dev/null', ...args],
    {
      cwd: folder,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...environment },
      signal: AbortSignal.timeout(1000 * SECONDS),
    },
  );
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, printed, said] = await Promise.all([ended, bounded(child.stdout), buffer(child.stderr)]);
  if (code === 0) return printed;
  throw new Error(said.toString('utf8').trim().split('\n').at(-1)?.slice(0, 300) ?? `git ended with ${code}`);
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
