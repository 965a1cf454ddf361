/**
 * Copies what a program reads from beside itself into its folder, `node scripts/copy-beside.mjs <folder>`: the
 * embedded backbones, records and sources of backbones, and the script that builds the native pack.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node scripts/copy-beside.mjs <folder>');

const target = join(folder, 'weights');
mkdirSync(target, { recursive: true });
const drawn = ['embedded-drawn.f16', 'embedded-drawn.json'];
for (const file of ['embedded.f16', 'embedded.json', ...drawn, 'records.json', 'sources.json']) {
  copyFileSync(
    fileURLToPath(new URL(`../src/backbone/weights/${file}`, import.meta.url)),
    join(target, file),
  );
}
copyFileSync(fileURLToPath(new URL('native-pack.mjs', import.meta.url)), join(folder, 'native-pack.mjs'));
