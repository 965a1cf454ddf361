import type { Engine } from '../contract.js';
import type { EngineChoice } from '../open.js';
import { EngineUnavailable, findTensorflow } from '../tensorflow/load.js';
import { limitOf } from './limit.js';
import { obtainPack, type Surroundings, wayToPack } from './obtain.js';

/** What became of getting the native pack: the engine that is to be expected, and why in one sentence. */
export interface Provision {
  engine: Engine['name'];
  reason: string;
}

export interface ProvisionRequest extends Surroundings {
  choice: EngineChoice;
  /** The folder above the program's, where searching begins. */
  root: string;
  signal: AbortSignal;
  say: (line: string) => void;
  obtain?: typeof obtainPack;
}

/** Seconds that getting it may take. */
const PATIENCE = 600;

/**
 * Gets the native pack when TensorFlow was asked for by name and is not there. Null when there is nothing to get:
 * `auto` takes what is installed, and neither downloads nor compiles.
 */
export async function provisionNative(request: ProvisionRequest): Promise<Provision | null> {
  const { choice, environment, root, signal, say, obtain = obtainPack } = request;
  if (choice !== 'tensorflow' || isThere(environment, root)) return null;
  const way = wayToPack(request);
  if (way.kind === 'none')
    return { engine: 'wasm', reason: `The native pack was not fetched: ${way.because}.` };
  const done = way.kind === 'download' ? 'downloaded' : 'built';
  try {
    await obtain(way, limitOf(PATIENCE, signal), say);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return { engine: 'wasm', reason: `The native pack could not be ${done}. ${error.message}` };
  }
  return {
    engine: 'tensorflow',
    reason: `The native pack was ${done}, because TensorFlow was asked for.`,
  };
}

/** A folder that the user names is theirs to fill, whatever is in it. */
function isThere(environment: NodeJS.ProcessEnv, root: string): boolean {
  if ((environment['HEADSTART_TENSORFLOW'] ?? '') !== '') return true;
  try {
    findTensorflow(environment, root);
    return true;
  } catch (error) {
    if (error instanceof EngineUnavailable) return false;
    throw error;
  }
}
