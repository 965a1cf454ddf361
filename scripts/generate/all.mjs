/**
 * Writes everything under src/generated/: imports every other script in this folder, one after the other. Each of
 * them looks at its inputs and does nothing when they are as they were.
 */
import { mkdir, readdir } from 'node:fs/promises';

await mkdir(new URL('../../src/generated/', import.meta.url), { recursive: true });
const scripts = (await readdir(new URL('.', import.meta.url))).filter((name) => name.endsWith('.mjs')).sort();
for (const script of scripts) {
  if (script !== 'all.mjs') await import(new URL(script, import.meta.url).href);
}
