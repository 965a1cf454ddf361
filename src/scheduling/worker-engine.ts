import { join } from 'node:path';
import { type Provision, provisionNative } from '../engine/native/provision.js';
import { programRoot } from '../engine/tensorflow/load.js';
import { InputError } from '../problem.js';
import type { OpenedEngine, WorkerSetup } from './worker-messages.js';
import { type Pool, WorkerLost } from './pool.js';

/**
 * The engine that the workers compute with, and why. `auto` falls back to the embedded engine if TensorFlow's library
 * crashes the worker that loads it.
 *
 * @param provision the attempt to install the native pack, if there was one.
 * @throws InputError if the requested engine does not run here.
 */
export async function engineOfWorkers(
  pool: Pool,
  setup: Omit<WorkerSetup, 'kind'>,
  provision: Provision | null = null,
): Promise<Exclude<OpenedEngine, { absent: unknown }>> {
  pool.prepare({ kind: 'setup', ...setup });
  const opened = await pool.run('engine', null, { retry: false }).catch((error: unknown) => {
    if (!(error instanceof WorkerLost) || pool.closed() || setup.engine === 'wasm') throw error;
    return null;
  });
  if (opened === null) return afterCrash(pool, setup);
  if (!('absent' in opened)) {
    return opened.name === provision?.engine ? { ...opened, reason: provision.reason } : opened;
  }
  const { absent } = opened;
  throw new InputError([
    provision === null || setup.engine !== 'tensorflow'
      ? absent
      : { ...absent, message: `The engine tensorflow was asked for. ${provision.reason}` },
  ]);
}

async function afterCrash(pool: Pool, setup: Omit<WorkerSetup, 'kind'>) {
  const message = 'The native addon of tfjs-node ends the process that loads it.';
  if (setup.engine === 'tensorflow') {
    throw new InputError([
      {
        file: '',
        message: `The engine tensorflow was asked for. ${message}`,
        remedy:
          'Its library may be damaged or made for another CPU. Install it again, or choose engine `wasm`.',
      },
    ]);
  }
  const embedded = await engineOfWorkers(pool, { ...setup, engine: 'wasm' });
  return { ...embedded, reason: `The embedded engine is used: ${message}` };
}

/** Where TensorFlow is looked for, and whether it may be installed. */
export interface EngineSite {
  /** Folder of the running program. */
  programDir: string;
  signal: AbortSignal;
  /** Whether `tensorflow` may be downloaded or built where it is not installed. Default: no. */
  mayInstallEngine?: boolean;
}

/** Installs TensorFlow where it was asked for by name, is missing, and may be installed; null: nothing was tried. */
export async function installEngine(
  choice: WorkerSetup['engine'],
  { programDir, signal, mayInstallEngine = false }: EngineSite,
  say: (message: string) => void,
): Promise<Provision | null> {
  if (!mayInstallEngine) return null;
  const root = programRoot(join(programDir, 'worker.js'));
  return provisionNative({ choice, environment: process.env, programDir, root, signal, log: say });
}
