import { join } from 'node:path';
import { type Provision, provisionNative } from '../engine/native/provision.js';
import { programRoot } from '../engine/tensorflow/load.js';
import type { ProbeRequest, RunContext } from './run.js';

/** Installs TensorFlow where it was asked for by name, is missing, and may be installed; null: nothing was tried. */
export async function installEngine(
  choice: ProbeRequest['engine'],
  { programDir, signal, mayInstallEngine = false }: RunContext,
  say: (message: string) => void,
): Promise<Provision | null> {
  if (!mayInstallEngine) return null;
  const root = programRoot(join(programDir, 'worker.js'));
  return provisionNative({ choice, environment: process.env, home: programDir, root, signal, say });
}
