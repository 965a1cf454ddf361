/** The wasm engine's product of packed matrices that fit into the cache: what the kernels' tile gets out of one core. Items are operations. */
import { kernelsDigest } from '../../build/generated/kernels.js';
import { Arena } from '../../build/engine/wasm/arena.js';
import { serve } from './serve.mjs';

const ROWS = 64;
const INNER = 256;
const COLUMNS = 64;
const TIMES = 200;

await serve(() => {
  const arena = new Arena();
  const { kernels } = arena;
  const [left, right, panels, product, table] = [
    arena.reserveFloats(ROWS * INNER),
    arena.reserveFloats(INNER * COLUMNS),
    arena.reserveFloats(INNER * COLUMNS),
    arena.reserveFloats(ROWS * COLUMNS),
    arena.reserve(kernels.TABLE_BYTES.value),
  ];
  arena.allocate();
  for (const [at, count] of [
    [left, ROWS * INNER],
    [right, INNER * COLUMNS],
  ]) {
    arena.floats(at, count).set(Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 101));
  }
  kernels.pack(right, INNER, COLUMNS, panels);
  return {
    version: `kernels ${kernelsDigest.slice(0, 12)}`,
    tasks: {
      multiply: () => {
        for (let time = 0; time < TIMES; time++) {
          kernels.multiply(left, 4 * INNER, ROWS, INNER, panels, COLUMNS, product, 4 * COLUMNS, 0, 0, table);
        }
        return TIMES * 2 * ROWS * INNER * COLUMNS;
      },
    },
  };
});
