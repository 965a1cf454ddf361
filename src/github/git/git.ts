import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gitProgram } from './git-program.js';

/** Limits of one git command. */
const TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 2 ** 30;

export interface GitCall {
  folder: string;
  /** Added to the environment of this process. */
  environment?: Record<string, string>;
  input?: string;
}

/** Overrides settings that a hostile repository could use to run code. */
const SETTINGS = [
  // In a container the workspace belongs to another user, and git would refuse it.
  'safe.directory=*',
  // Ignore folders of the checkout that look like repositories.
  'safe.bareRepository=explicit',
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.quotePath=false',
  // A fetch must not start a cleanup on the cores that are being measured.
  'gc.auto=0',
  'maintenance.auto=false',
];

/**
 * Runs git and returns its output. No program of the repository runs, and none is searched for in it.
 * @throws Error with the line in which git says what is wrong.
 */
export async function git(args: readonly string[], call: GitCall): Promise<Buffer> {
  const first = await run(args, call);
  const { output, stderr, error } = isDistrust(first.stderr) ? await runTrusted(args, call) : first;
  if (error === null) return output;
  throw new Error(reasonFor(stderr, call.folder) ?? error.message);
}

interface Result {
  output: Buffer;
  stderr: string;
  error: Error | null;
}

function run(args: readonly string[], { folder, environment, input }: GitCall): Promise<Result> {
  const { file, searchPath } = gitProgram(folder);
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const options = {
    // Windows searches the current folder for programs first.
    cwd: dirname(file),
    env: {
      ...process.env,
      PATH: searchPath,
      NoDefaultCurrentDirectoryInExePath: '1',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
      ...environment,
    },
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    encoding: 'buffer' as const,
  };
  return new Promise((resolve) => {
    const child = execFile(file, [...settings, '-C', folder, ...args], options, (error, output, stderr) => {
      resolve({ output, stderr: stderr.toString('utf8'), error: error && new Error(failureOf(error)) });
    });
    // Git may exit before it has read everything.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

/** Without the command line, which `error.message` contains: it may be long. */
function failureOf({ code, killed }: { code?: unknown; killed?: boolean }): string {
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'git printed more than 1 GiB';
  return killed === true ? `git took longer than ${TIMEOUT_MS / 1000} s` : `git failed with ${String(code)}`;
}

/** Git before 2.38 reads `safe.directory` only from configuration files, not from its command line. */
async function runTrusted(args: readonly string[], call: GitCall): Promise<Result> {
  const home = trustingHome(process.env);
  try {
    const environment = { ...call.environment, HOME: home, GIT_CONFIG_GLOBAL: join(home, '.gitconfig') };
    return await run(args, { ...call, environment });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** A home folder in which git trusts every repository. It includes the user's own settings. */
function trustingHome(environment: NodeJS.ProcessEnv): string {
  const home = mkdtempSync(join(tmpdir(), 'headstart-home-'));
  const userHome = environment['HOME'] ?? homedir();
  const defaults = [
    join(environment['XDG_CONFIG_HOME'] ?? join(userHome, '.config'), 'git', 'config'),
    join(userHome, '.gitconfig'),
  ];
  const configured = environment['GIT_CONFIG_GLOBAL'];
  const files = configured === undefined ? defaults : [configured];
  const includes = files.map((path) => `\tpath = ${JSON.stringify(path)}`);
  const lines = ['[include]', ...includes, '[safe]', '\tdirectory = *'];
  writeFileSync(join(home, '.gitconfig'), `${lines.join('\n')}\n`);
  return home;
}

/** The wording of git 2.35, and of later versions. */
function isDistrust(stderr: string): boolean {
  return /unsafe repository|dubious ownership/u.test(stderr);
}

/** Git's last line usually says what went wrong. */
function reasonFor(stderr: string, folder: string): string | null {
  if (isDistrust(stderr))
    return (
      `${folder} belongs to another user, and this version of git cannot be told by Headstart to trust it: ` +
      `run git config --global --add safe.directory "${folder}" in an earlier step, or install git 2.38 or later`
    );
  const lines = stderr.trim().split('\n');
  return (lines.find((line) => line.startsWith('fatal: ')) ?? lines.at(-1))?.slice(0, 300) || null;
}
