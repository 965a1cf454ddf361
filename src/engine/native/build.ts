import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../child-environment.js';
import { EngineUnavailable } from '../tensorflow/load.js';
import { inStaging, moveIntoPlace } from './install.js';
import { stopped } from './limits.js';

/**
 * Builds the native pack with `native-pack.mjs`, which is shipped with the program, and moves it into place.
 * The script verifies the hashes of its downloads and tries the result.
 *
 * @param log Receives the script's output, line by line.
 * @throws EngineUnavailable with the script's reason when the build fails.
 */
export async function buildPack(
  script: string,
  target: string,
  limit: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  await inStaging(target, async (staging) => {
    await runScript([script, staging], limit, log);
    moveIntoPlace(staging, target);
  });
}

async function runScript(args: string[], limit: AbortSignal, log: (line: string) => void): Promise<void> {
  // A process group of its own, so that the script's children are killed with it.
  const child = spawn(process.execPath, args, {
    detached: true,
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  limit.addEventListener('abort', kill, { once: true });
  process.once('exit', kill);
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', log);
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (limit.aborted) throw new EngineUnavailable(`The build failed: ${stopped(limit)}.`);
    if (code !== 0) throw new EngineUnavailable(firstSentence(errors));
  } finally {
    limit.removeEventListener('abort', kill);
    process.off('exit', kill);
  }
}

/** The first line has the reason; the rest is the output of a tool. */
function firstSentence([first = 'The build failed.']: string[]): string {
  const reason = first.replace(/^native pack: /, '').trim();
  const capitalized = reason.slice(0, 1).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(capitalized) ? capitalized : `${capitalized}.`;
}
