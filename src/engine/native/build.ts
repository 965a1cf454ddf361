import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EngineUnavailable } from '../tensorflow/load.js';
import { childEnvironment } from './child-environment.js';
import { inStaging, settle } from './install.js';
import { stopped } from './limit.js';

/**
 * Builds the native pack with `native-pack.mjs`, which lies beside the program, and puts it in its place. The script
 * checks the hashes of what it downloads and tries what it has built.
 *
 * @param say Gets what the script prints, line by line.
 * @throws EngineUnavailable when it cannot be built here, with the script's own reason.
 */
export async function buildPack(
  script: string,
  target: string,
  limit: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  await inStaging(target, async (staging) => {
    await runScript([script, staging], limit, say);
    settle(staging, target);
  });
}

async function runScript(args: string[], limit: AbortSignal, say: (line: string) => void): Promise<void> {
  // A group of its own, so that what the script has started ends with it.
  const child = spawn(process.execPath, args, {
    detached: true,
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  limit.addEventListener('abort', end, { once: true });
  process.once('exit', end);
  const complaints: string[] = [];
  createInterface({ input: child.stdout }).on('line', say);
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (limit.aborted) throw new EngineUnavailable(`Building it failed: ${stopped(limit)}.`);
    if (code !== 0) throw new EngineUnavailable(sentence(complaints));
  } finally {
    limit.removeEventListener('abort', end);
    process.off('exit', end);
  }
}

/** The first line has the reason; what follows it is the output of a tool. */
function sentence([first = 'Building it failed.']: string[]): string {
  const reason = first.replace(/^native pack: /, '').trim();
  const capital = reason.slice(0, 1).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
