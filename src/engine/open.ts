import { InputError, type Problem } from '../problem.js';
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

const MAKERS: EngineMakers = { tensorflow: createTensorflowEngine, wasm: createWasmEngine };

/**
 * The engine that was asked for. `auto`: TensorFlow when it is installed, which is about twice as fast; else the
 * embedded engine. `reason` says in one sentence why it became this one.
 *
 * @throws InputError when TensorFlow is asked for and cannot be had, or nothing computes on this CPU.
 */
export function openEngine(
  choice: EngineChoice,
  makers = MAKERS,
  simd = hasSimd(),
): { engine: Engine; reason: string } {
  if (!simd) throw new InputError([NO_SIMD]);
  if (choice === 'wasm') return { engine: makers.wasm(), reason: 'The embedded engine was asked for.' };
  try {
    const engine = makers.tensorflow();
    const reason =
      choice === 'auto' ? 'TensorFlow is installed and is the faster.' : 'TensorFlow was asked for.';
    return { engine, reason };
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    if (choice === 'tensorflow') throw absent(error);
    const reason = `The embedded engine is used: ${error.message} The engine auto installs nothing.`;
    return { engine: makers.wasm(), reason };
  }
}

/** TensorFlow's training steps are taken with the kernels too, and its own library asks for a newer CPU still. */
const NO_SIMD: Problem = {
  file: '',
  message:
    'The CPU lacks the vector instructions (SSE 4.1 on x64) that WebAssembly SIMD needs, so no engine can compute.',
  remedy: 'Take another machine or runner.',
};

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
