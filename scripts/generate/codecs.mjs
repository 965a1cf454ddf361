/**
 * Writes the WebAssembly of the image decoders as base64 to src/generated/codecs.ts, so that they can be bundled.
 * The JPEG module is of 2020 and unmaintained: it must be the one that was checked.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const output = new URL('../../src/generated/codecs.ts', import.meta.url);
const folderOf = (name, file) => dirname(require.resolve(`${name}/${file}`));

const modules = {
  jpegModule: join(folderOf('@cwasm/jpeg-turbo', 'package.json'), 'jpeg-turbo.wasm'),
  webpModule: join(folderOf('@jsquash/webp', 'package.json'), 'codec/dec/webp_dec.wasm'),
};
const JPEG_SHA256 = '80ed55eef2d0ff276f837ef521fad8181ccdfa6f298f652f6e45aed7fbbbc871';

const binaries = await Promise.all(Object.values(modules).map((path) => readFile(path)));
if (sha256(binaries[0]) !== JPEG_SHA256)
  throw new Error('The JPEG decoder is not the module that was checked.');
const stamp = `// Inputs: ${sha256(Buffer.concat(binaries))}\n`;
const existing = await readFile(output, 'utf8').catch(() => '');
if (!existing.startsWith(stamp)) {
  const lines = Object.keys(modules).map(
    (name, index) => `export const ${name} =\n  '${binaries[index].toString('base64')}';\n`,
  );
  await mkdir(new URL('.', output), { recursive: true });
  const unfinished = new URL(`codecs.ts.${process.pid}`, output);
  await writeFile(unfinished, `${stamp}// Written by scripts/generate/codecs.mjs.\n${lines.join('')}`);
  await rename(unfinished, output);
}

function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}
