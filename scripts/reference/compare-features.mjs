/**
 * Sets the features of both engines beside those that a folder holds: `npm run compile`, then
 *
 *   node scripts/reference/compare-features.mjs <folder>…
 *
 * with folders as safetensors.py writes them. Prints the largest difference over the largest feature.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backboneOf } from '../../build/backbone/contract.js';
import { EMBEDDED, obtainBackbone } from '../../build/backbone/obtain.js';
import { concatenatedWidth, featureWidth } from '../../build/engine/network.js';
import { openEngine } from '../../build/engine/open.js';
import { withZeroHead } from '../../build/strategy/initial-weights.js';

const SIZE = 96;
const home = fileURLToPath(new URL('../../build', import.meta.url));
const surroundings = { home, cwd: process.cwd(), signal: new AbortController().signal, environment: {} };

for (const folder of process.argv.slice(2)) {
  const bytes = (file) => new Uint8Array(readFileSync(join(folder, file)));
  const { pretrained } = await obtainBackbone({ ...EMBEDDED, source: resolve(folder) }, surroundings);
  const network = backboneOf(pretrained).network(SIZE, 2);
  const [joined, width] = [concatenatedWidth(network), featureWidth(network)];
  const pixels = bytes('pixels.u8');
  const wanted = new Float64Array(bytes('features.f64').buffer);
  const count = pixels.length / (SIZE * SIZE * 3);
  for (const name of ['wasm', 'tensorflow']) {
    const model = openEngine(name).engine.model(network, withZeroHead(network, pretrained.weights), count);
    const found = model.embed(pixels, count);
    const differences = wanted.map((value, at) => {
      const [row, column] = [Math.floor(at / width), at % width];
      return Math.abs(found[(row + 1) * joined - width + column] - value);
    });
    const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    console.log(`${folder}, ${name}: ${(largest(differences) / largest(wanted)).toExponential(1)}`);
  }
}
