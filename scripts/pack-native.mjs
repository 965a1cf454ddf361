/**
 * Packs a native engine into a `.tar.gz` for `headstart engine install` and for releases:
 *
 *   node scripts/pack-native.mjs <out.tar.gz> [folder]      default folder: `.native` beside package.json
 *
 * The folder holds `node_modules/@tensorflow/tfjs-node` with its addon. Only what loading needs goes in, and the
 * terms that it comes under. Entries are sorted and carry no times, owners or links, so that the same folder gives
 * the same bytes with the same Node. Prints the entry for `src/engine/native/download.ts`, and writes `<out>.sha256`.
 */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

const [out, folder = join(dirname(fileURLToPath(import.meta.url)), '..', '.native')] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: node scripts/pack-native.mjs <out.tar.gz> [folder]');

const PACKAGE = 'node_modules/@tensorflow/tfjs-node';
const root = join(resolve(folder), PACKAGE);
/** Libraries by the one name that the loader asks for; their further names are links, which a pack has none of. */
const wanted =
  /^(package\.json|LICENSE.*|TENSORFLOW-.*|lib\/.+\.(node|dll)|deps\/lib\/[^/]+(\.so\.2|\.2\.dylib|\.dll))$/;
const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => wanted.test(name) && statSync(join(root, name)).isFile())
  .sort();
if (!names.some((name) => /^lib\/.+\/tfjs_binding\.node$/.test(name))) {
  throw new Error(`There is no native addon in ${root}: build or install it first.`);
}
if (!existsSync(join(root, 'package.json'))) throw new Error(`There is no package.json in ${root}.`);

const tar = pack();
const writing = pipeline(tar, createGzip({ level: 9 }), createWriteStream(out));
for (const name of names) {
  const file = join(root, name);
  const header = { name: `${PACKAGE}/${name}`, size: statSync(file).size, mode: 0o644, mtime: new Date(0) };
  await pipeline(createReadStream(file), tar.entry(header));
}
tar.finalize();
await writing;

const hash = createHash('sha256');
await pipeline(createReadStream(out), hash);
const sha256 = hash.digest('hex');
writeFileSync(`${out}.sha256`, `${sha256}  ${basename(out)}\n`);
console.log(JSON.stringify({ file: basename(out), sha256, bytes: statSync(out).size }));
