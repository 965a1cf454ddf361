/** Ways to use this machine on the reference net, as `openTeam` takes them. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export const CORES = availableParallelism();
export const AS_PEOPLE_RUN_IT = 'PyTorch, one process, all threads, NCHW';
export const AT_BEST = 'PyTorch, one process a core, channels_last';
export const ONNX = 'ONNX Runtime, one process a core';
export const NATIVE_PRODUCT = 'PyTorch, 1024 × 1024, one thread';
export const WASM_PRODUCT = 'wasm, packed operands in the cache';

const here = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const TOGETHER = { size: 1, threads: CORES };
const A_CORE = { size: CORES, threads: 1 };

/** As the workers run: without the baseline compiler, whose code is slow. */
function inNode(name, tasks, ...args) {
  return { name, tasks, command: process.execPath, args: ['--no-liftoff', ...args], ...A_CORE };
}

export const ENGINES = ['wasm', 'tensorflow'].map((engine) =>
  inNode(engine, ['embed', 'train'], here('engine.mjs'), engine),
);

/** Every way to run the peers that someone would take. */
export function peers(python) {
  if (python === undefined) return [];
  const way = (name, tasks, use, script, ...more) => ({
    ...{ name, tasks, command: python, ...use },
    args: [here(script), String(use.threads), ...more],
  });
  const pytorch = (name, use, layout) => way(name, ['embed', 'train'], use, 'pytorch.py', layout);
  const onnx = (name, use) => way(name, ['embed'], use, 'onnx_runtime.py');
  return [
    pytorch(AS_PEOPLE_RUN_IT, TOGETHER, 'nchw'),
    pytorch('PyTorch, one process, all threads, channels_last', TOGETHER, 'channels_last'),
    pytorch(AT_BEST, A_CORE, 'channels_last'),
    onnx('ONNX Runtime, one process, all threads', TOGETHER),
    onnx(ONNX, A_CORE),
  ];
}

/** Products of matrices, the most that a core does of what convolutions come down to. */
export function products(python) {
  const native = { name: NATIVE_PRODUCT, tasks: ['multiply'], command: python, ...A_CORE };
  return [
    ...(python === undefined ? [] : [{ ...native, args: [here('matrix_product.py')] }]),
    inNode(WASM_PRODUCT, ['multiply'], here('matrix-product.mjs')),
  ];
}
