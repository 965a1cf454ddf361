import { InputError } from '../manifest/problem.js';
import type { Engine } from './contract.js';
import { createTensorflowEngine } from './tensorflow/engine.js';
import { EngineUnavailable } from './tensorflow/load.js';
import { createWasmEngine } from './wasm/engine.js';
import { hasSimd } from './wasm/simd.js';

export type EngineChoice = 'auto' | 'tensorflow' | 'wasm';

/** How engines are made; another maker takes the place of the real one in tests. */
export interface EngineMakers {
  tensorflow: () => Engine;
  wasm: () => Engine;
}

const MAKERS: EngineMakers = { tensorflow: createTensorflowEngine, wasm: () => embedded() };

/**
 * The engine that was asked for. `auto`: TensorFlow when it is there, which is about twice as fast; else the
 * embedded engine. `reason` says in one sentence why it became this one.
 *
 * @throws InputError when TensorFlow is asked for and cannot be had, or nothing computes on this CPU.
 */
export function openEngine(choice: EngineChoice, makers = MAKERS): { engine: Engine; reason: string } {
  if (choice === 'wasm') return { engine: makers.wasm(), reason: 'The embedded engine was asked for.' };
  try {
    const engine = makers.tensorflow();
    const reason =
      choice === 'auto' ? 'TensorFlow is installed and is the faster.' : 'TensorFlow was asked for.';
    return { engine, reason };
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    if (choice === 'tensorflow') throw absent(error);
    return { engine: makers.wasm(), reason: `The embedded engine is used: ${error.message}` };
  }
}

/**
 * The embedded engine, where the CPU can run it.
 * @throws InputError on a CPU without the vector instructions of its kernels.
 */
export function embedded(simd: boolean = hasSimd()): Engine {
  if (simd) return createWasmEngine();
  throw new InputError([
    {
      file: '',
      message:
        'The CPU lacks the vector instructions (SSE 4.1 on x64) that WebAssembly SIMD needs, so the embedded engine cannot run.',
      remedy: 'Take another machine or runner, or install TensorFlow with `headstart engine install`.',
    },
  ]);
}

function absent({ message }: EngineUnavailable): InputError {
  return new InputError([
    {
      file: '',
      message: `The engine tensorflow was asked for. ${message}`,
      remedy:
        'Install it with `headstart engine install`, name its folder in HEADSTART_TENSORFLOW, ' +
        'or choose engine `auto` or `wasm`.',
    },
  ]);
}
