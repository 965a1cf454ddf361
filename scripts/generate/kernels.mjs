/**
 * Compiles src/engine/wasm/kernels/ (AssemblyScript) into one WebAssembly module and writes it as base64 to
 * src/generated/kernels.ts, so that it can be bundled, with the types of its exports. Baseline SIMD only: relaxed SIMD
 * would be faster, but gives different bits on different machines.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const flags = ['--bindings', 'raw', '-O3', '--enable', 'simd', '--noAssert', '--runtime', 'stub'];
const folder = new URL('../../src/engine/wasm/kernels/', import.meta.url);
const output = new URL('../../src/generated/kernels.ts', import.meta.url);

const sources = new Map();
for (const name of (await readdir(folder)).sort()) {
  sources.set(name, await readFile(new URL(name, folder), 'utf8'));
}

const stamp = `// Inputs: ${await inputsDigest()}\n`;
const existing = await readFile(output, 'utf8').catch(() => '');
if (!existing.startsWith(stamp)) await write(await compile());

async function inputsDigest() {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const script = await readFile(new URL(import.meta.url), 'utf8');
  return createHash('sha256')
    .update(JSON.stringify([version, script, ...sources]))
    .digest('hex');
}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  const outputs = new Map();
  const { error, stderr } = await asc.main(['index.ts', '-o', 'kernels.wasm', ...flags], {
    readFile: (name) => sources.get(name) ?? null,
    listFiles: () => [],
    writeFile: (name, content) => outputs.set(name, content),
  });
  if (error) throw new Error(`The kernels do not compile:\n${stderr.toString()}`);
  return { binary: outputs.get('kernels.wasm'), types: exportTypes(outputs.get('kernels.d.ts')) };
}

/** Lines of an interface from the declarations of functions and of constants. */
function exportTypes(declarations) {
  const functions = declarations.matchAll(/^ {2}export function (.*;)$/gm);
  const constants = declarations.matchAll(/^ {2}export const ([A-Z_]+): \{$/gm);
  return [
    ...Array.from(functions, ([, signature]) => `  ${signature}`),
    ...Array.from(constants, ([, name]) => `  readonly ${name}: { readonly value: number };`),
  ];
}

async function write({ binary, types }) {
  const lines = [
    '// Written by scripts/generate/kernels.mjs from src/engine/wasm/kernels/.',
    '/** SHA-256 of the module, hexadecimal. */',
    `export const kernelsDigest = '${createHash('sha256').update(binary).digest('hex')}';`,
    '/** The WebAssembly module, base64. */',
    `export const kernels =\n  '${Buffer.from(binary).toString('base64')}';`,
    '/** The functions and constants of the module. */',
    'export interface KernelExports {',
    ...types,
    '}',
    '',
  ];
  await mkdir(new URL('.', output), { recursive: true });
  // Several processes may generate at once; each puts a whole file in place.
  const unfinished = new URL(`kernels.ts.${process.pid}`, output);
  await writeFile(unfinished, stamp + lines.join('\n'));
  await rename(unfinished, output);
}
