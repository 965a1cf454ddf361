import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gitProgram } from './git-program.js';
import { trustingHome } from './trusting-home.js';

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
  // A fetch would tidy up behind our back, on the cores that are measured.
  'gc.auto=0',
  'maintenance.auto=false',
];

/**
 * What git prints. It is asked only for what it has stored: nothing in the repository is run, nor searched for programs.
 * @throws Error with git's own last words.
 */
export async function git(args: readonly string[], call: GitCall): Promise<Buffer> {
  const first = await run(args, call);
  const { code, printed, said } = isDistrust(first.said) ? await runTrusting(args, call) : first;
  if (code === 0) return printed;
  throw new Error(reasonOf(said, call.folder) ?? `git ended with ${code}`);
}

interface Ended {
  code: number | null;
  printed: Buffer;
  said: string;
}

async function run(args: readonly string[], { folder, environment, input }: GitCall): Promise<Ended> {
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
  return { code, printed, said: said.toString('utf8') };
}

/** Before 2.38 git takes `safe.directory` from files of settings alone, not from its command line. */
async function runTrusting(args: readonly string[], call: GitCall): Promise<Ended> {
  const home = trustingHome(process.env);
  try {
    const environment = { ...call.environment, HOME: home, GIT_CONFIG_GLOBAL: join(home, '.gitconfig') };
    return await run(args, { ...call, environment });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Words of git 2.35 and of later ones. */
function isDistrust(said: string): boolean {
  return /unsafe repository|dubious ownership/u.test(said);
}

/** Git's last line, which is where it says what went wrong. */
function reasonOf(said: string, folder: string): string | null {
  if (isDistrust(said))
    return (
      `${folder} belongs to another user, and this git does not take it from Headstart that it is safe: ` +
      `run git config --global --add safe.directory "${folder}" in a step before, or install git 2.38 or later`
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
