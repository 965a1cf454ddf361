import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The command line as it was compiled. */
export const program = join(import.meta.dirname, '../../build/cli.js');

export interface Run {
  code: number | null;
  out: string;
  errors: string;
}

/** Runs it without a terminal; an interrupt comes when standard error matches. */
export function headstart(
  args: readonly string[],
  { cwd = tmpdir(), interruptAt = null as RegExp | null, env = {} } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let errors = '';
    let interrupted = false;
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString();
      // Once: a second interrupt ends the process at once.
      if (!interrupted && interruptAt?.test(errors) === true) interrupted = child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, errors }));
  });
}
