import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { table } from './numbers.mjs';
import { wholeRun } from './whole-run.mjs';

const CLASSES = 10;
const SIDE = 32;
const BUDGET = 60;

/** Time and memory of a whole probe as the dataset grows, at the same budget. */
export async function scale({ sizes = [1000, 10_000, 100_000], engines = ['wasm', 'tensorflow'] }) {
  const rows = [];
  for (const images of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'headstart-bench-'));
    try {
      draw(folder, images);
      for (const engine of engines) {
        const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
        const args = [
          'probe',
          folder,
          '--budget',
          `${BUDGET}s`,
          '--engine',
          engine,
          '--out',
          join(folder, 'out'),
          '--quiet',
        ];
        const { status, seconds, peakBytes, said } = await wholeRun(process.execPath, [cli, ...args]);
        rows.push([
          `${images.toLocaleString('en')}, ${engine}`,
          status === 0 ? `${seconds.toFixed(0)} s` : `exit code ${status}: ${said.trim().split('\n').at(-1)}`,
          peakBytes === null ? 'not known' : `${(peakBytes / 2 ** 20).toFixed(0)} MiB`,
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return [
    '## Growth',
    `A whole probe with a budget of ${BUDGET} s on drawn PNGs of ${SIDE} pixels in ${CLASSES} classes; memory is that of all processes together, shared pages counted once.`,
    table(['Images, engine', 'Wall clock', 'Peak memory'], rows),
  ].join('\n\n');
}

/** Noise with a bar at a place of the class. */
function draw(folder, images) {
  const random = xoroshiro128plus(3);
  for (let k = 0; k < CLASSES; k++) mkdirSync(join(folder, `class ${k}`));
  for (let i = 0; i < images; i++) {
    const k = i % CLASSES;
    const data = new Uint8Array(SIDE * SIDE * 3);
    for (let at = 0; at < data.length; at += 3) {
      const shade = (random.next() & 127) + (Math.floor(at / 3 / SIDE / 3) === k ? 100 : 0);
      data.fill(shade, at, at + 3);
    }
    writeFileSync(
      join(folder, `class ${k}`, `${i}.png`),
      encode({ width: SIDE, height: SIDE, data, channels: 3, depth: 8 }, { zlib: { level: 1 } }),
    );
  }
}
