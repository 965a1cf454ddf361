import type { Engine } from '../../src/engine/contract.js';
import { createTensorflowEngine } from '../../src/engine/tensorflow/engine.js';
import { EngineUnavailable } from '../../src/engine/tensorflow/load.js';
import { createWasmEngine } from '../../src/engine/wasm/engine.js';

function openTensorflow(): Engine | EngineUnavailable {
  try {
    return createTensorflowEngine();
  } catch (error) {
    if (error instanceof EngineUnavailable) return error;
    throw error;
  }
}

const opened = openTensorflow();

/** TensorFlow where it is installed, else why it is absent. */
export const tensorflow = opened instanceof EngineUnavailable ? null : opened;
export const absence = opened instanceof EngineUnavailable ? opened.message : null;

export const wasm = createWasmEngine();

/** Every engine that is present; the contract holds for each. */
export const engines: Engine[] = tensorflow === null ? [wasm] : [wasm, tensorflow];
