/**
 * Bundles build/ into the folder that users run: `node scripts/bundle.mjs [folder]`, by default `dist`.
 *
 * The same sources give the same bytes wherever the repository lies, so CI builds again and compares. TensorFlow is
 * not in the bundle: it is loaded by a computed path when it is there. The entries find `worker.js` and `weights/`
 * beside themselves. The notices name the packages that really are inside.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { notices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(process.argv[2] ?? join(root, 'dist'));

/** Program in dist/ and the compiled module that it starts with. */
const ENTRIES = {
  'index.js': 'action.js',
  'cleanup.js': 'cleanup.js',
  'cli.js': 'cli.js',
  'worker.js': 'worker.js',
  'bot.js': 'bot.js',
};

/** pino carries programs for threads that write its lines elsewhere; the bot writes to standard output alone. */
const THREADS_OF_PINO = ['file.js', 'worker.js', 'worker1.js'];

const files = new Map([['package.json', '{ "type": "module" }\n']]);
const packages = new Set();
for (const [name, entry] of Object.entries(ENTRIES)) {
  const { code, assets, stats } = await ncc(join(root, 'build', entry), {
    filename: name,
    cache: false,
    minify: true,
    quiet: true,
    target: 'es2022',
    filterAssetBase: root,
  });
  add(name, code);
  for (const file of filesOf(stats.compilation)) {
    const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0];
    if (folder !== undefined) packages.add(folder);
  }
  // The decoders' WebAssembly is in the code, as base64; ncc adds the files for a URL that is never asked for.
  const unused = name === 'bot.js' ? ['package.json', ...THREADS_OF_PINO] : ['package.json'];
  const rest = Object.keys(assets).filter((asset) => !unused.includes(asset) && !asset.endsWith('.wasm'));
  for (const asset of rest) add(asset, assets[asset].source.toString());
}

add('THIRD-PARTY-NOTICES.md', notices(packages));

rmSync(target, { recursive: true, force: true });
for (const [name, text] of files) {
  mkdirSync(dirname(join(target, name)), { recursive: true });
  writeFileSync(join(target, name), text);
}
chmodSync(join(target, 'cli.js'), 0o755);
execFileSync(process.execPath, [join(root, 'scripts', 'copy-beside.mjs'), target]);

/** Two programs may share a file only when it is the same; a path of this machine may be in none. */
function add(name, text) {
  if (files.has(name) && files.get(name) !== text)
    throw new Error(`Two programs need different files ${name}.`);
  if (text.includes(root)) throw new Error(`${name} holds the path of this machine: ${root}`);
  files.set(name, text);
}

/** The files that webpack put into a program; modules that it joined hold theirs inside. */
function filesOf({ modules = [] }) {
  return [...modules].flatMap((module) => [module.resource ?? [], ...filesOf(module)]).flat();
}
