import { InputError, type Problem } from '../problem.js';
import type { Engine } from './contract.js';
import { createTensorflowEngine } from './tensorflow/engine.js';
import { EngineUnavailable } from './tensorflow/load.js';
import { createWasmEngine, hasSimd } from './wasm/engine.js';

export type EngineChoice = 'auto' | 'tensorflow' | 'wasm';

/** Creates the engines; replaced in tests. */
export interface EngineFactories {
  tensorflow: () => Engine;
  wasm: () => Engine;
}

const FACTORIES: EngineFactories = { tensorflow: createTensorflowEngine, wasm: createWasmEngine };

/**
 * Opens an engine. `auto` uses TensorFlow if it is installed, which is about twice as fast, else the built-in
 * engine. `reason` explains the choice in one sentence.
 *
 * @throws InputError when `tensorflow` is chosen but not available, or when this CPU supports no engine.
 */
export function openEngine(
  choice: EngineChoice,
  factories = FACTORIES,
  simd = hasSimd(),
): { engine: Engine; reason: string } {
  if (!simd) throw new InputError([NO_SIMD]);
  if (choice === 'wasm') return { engine: factories.wasm(), reason: 'The wasm engine was requested.' };
  try {
    const engine = factories.tensorflow();
    const reason = choice === 'auto' ? 'TensorFlow is installed and faster.' : 'TensorFlow was requested.';
    return { engine, reason };
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    if (choice === 'tensorflow') throw unavailable(error);
    const reason = `The embedded engine is used: ${error.message} Engine \`auto\` installs nothing.`;
    return { engine: factories.wasm(), reason };
  }
}

/** The tensorflow engine uses the kernels as well, and TensorFlow itself needs an even newer CPU. */
const NO_SIMD: Problem = {
  file: '',
  message:
    'This CPU lacks the vector instructions (SSE 4.1 on x64) for WebAssembly SIMD, which every engine needs.',
  remedy: 'Use another machine or runner.',
};

function unavailable({ message }: EngineUnavailable): InputError {
  return new InputError([
    {
      file: '',
      message: `The engine \`tensorflow\` is not available. ${message}`,
      remedy:
        'Install it with `headstart engine install`, set HEADSTART_TENSORFLOW to its folder, ' +
        'or choose engine `auto` or `wasm`.',
    },
  ]);
}
