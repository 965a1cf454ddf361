import type { Engine } from '../contract.js';
import type { EngineChoice } from '../open.js';
import { EngineUnavailable, findTensorflow } from '../tensorflow/load.js';
import { limitOf } from './limit.js';
import { obtainPack, type Surroundings, type Way, wayToPack } from './obtain.js';
import { COST, pays } from './worth.js';

/** What became of getting the native pack: the engine that is to be expected, and why in one sentence. */
export interface Provision {
  engine: Engine['name'];
  reason: string;
}

export interface ProvisionRequest extends Surroundings {
  choice: EngineChoice;
  budgetSeconds: number;
  /** The folder above the program's, where searching begins. */
  root: string;
  signal: AbortSignal;
  say: (line: string) => void;
  obtain?: typeof obtainPack;
}

/** Whoever asks for TensorFlow waits this long; `auto` waits four times what it was estimated to take. */
const PATIENCE = 600;

/**
 * Gets the native pack when it is not there: always when TensorFlow was asked for, with `auto` when the run is long
 * enough to gain by it. Null when there is nothing to get.
 */
export async function provisionNative(request: ProvisionRequest): Promise<Provision | null> {
  const { choice, budgetSeconds, environment, root, signal, say, obtain = obtainPack } = request;
  if (choice === 'wasm' || isThere(environment, root)) return null;
  const way = wayToPack(request);
  if (way.kind === 'none')
    return { engine: 'wasm', reason: `The native pack was not fetched: ${way.because}.` };
  const asked = choice === 'tensorflow';
  if (!asked && !pays(budgetSeconds, way.kind))
    return { engine: 'wasm', reason: notWorth(way, budgetSeconds) };
  const done = way.kind === 'download' ? 'downloaded' : 'built';
  try {
    await obtain(way, limitOf(asked ? PATIENCE : 4 * COST[way.kind], signal), say);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return { engine: 'wasm', reason: `The native pack could not be ${done}. ${error.message}` };
  }
  const why = asked ? 'TensorFlow was asked for' : `with a budget of ${budgetSeconds} s it pays`;
  return { engine: 'tensorflow', reason: `The native pack was ${done}, because ${why}.` };
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

function notWorth(way: Way, budgetSeconds: number): string {
  const budget = `with a budget of ${budgetSeconds} s`;
  return way.kind === 'build'
    ? `The native pack was not fetched: ${way.because}, and ${budget} building it would not pay.`
    : `The native pack was not fetched: ${budget} it would not pay.`;
}
