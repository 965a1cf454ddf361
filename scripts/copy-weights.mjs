/** Copies the embedded backbone beside a program: `node scripts/copy-weights.mjs <folder>` fills `<folder>/weights`. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node scripts/copy-weights.mjs <folder>');

const target = join(folder, 'weights');
mkdirSync(target, { recursive: true });
for (const file of ['embedded.f16', 'embedded.json']) {
  copyFileSync(
    fileURLToPath(new URL(`../src/backbone/weights/${file}`, import.meta.url)),
    join(target, file),
  );
}
