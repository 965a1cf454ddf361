/**
 * The shape of `src/` in figures: `node scripts/structure.mjs`. With `--check` it fails where imports form a cycle or a
 * folder has too many files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');
/** More than this many files directly inside a folder are hard to take in. */
const MAX_FILES_IN_FOLDER = 20;
const SHORT_LINES = 40;

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)))
  .filter((file) => !file.startsWith('generated/'))
  .sort();
const sources = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

const importers = new Map(files.map((file) => [file, new Set()]));
for (const [file, imported] of imports) for (const one of imported) importers.get(one)?.add(file);
const lineCounts = files.map((file) => sources.get(file).split('\n').length - 1);
const crowded = foldersWithMoreThan(MAX_FILES_IN_FOLDER);
const cycles = cyclesOf(imports);
const words = readFileSync(join(root, 'README.md'), 'utf8').split(/\s+/u).filter(Boolean).length;

const figures = {
  'source files': files.length,
  [`of under ${SHORT_LINES} lines`]: lineCounts.filter((lines) => lines < SHORT_LINES).length,
  'imported by one file only': files.filter((file) => importers.get(file).size === 1).length,
  'lines of TypeScript': lineCounts.reduce((sum, lines) => sum + lines, 0),
  [`folders with more than ${MAX_FILES_IN_FOLDER} files`]: crowded.length,
  'import cycles': cycles.length,
  'words in README.md': words,
};
for (const [name, value] of Object.entries(figures)) console.log(`${String(value).padStart(6)}  ${name}`);
for (const { folder, count } of crowded) console.log(`src/${folder} has ${count} files.`);
for (const cycle of cycles) console.log(`Cycle: ${cycle.join(', ')}`);
if (process.argv.includes('--check') && (crowded.length > 0 || cycles.length > 0)) process.exitCode = 1;

/** Of types too: what a reader must open to understand the file. */
function importsOf(file) {
  const found = [...sources.get(file).matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/gu)];
  return found
    .map(([, specifier]) => `${relative(src, resolve(src, dirname(file), specifier))}.ts`)
    .filter((one) => sources.has(one));
}

function foldersWithMoreThan(most) {
  const counts = new Map();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > most).map(([folder, count]) => ({ folder, count }));
}

/** Strongly connected files (Tarjan's algorithm): a file in two cycles joins them to one. */
function cyclesOf(graph) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const found = [];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const next of graph.get(file)) {
      if (!index.has(next)) {
        visit(next);
        low.set(file, Math.min(low.get(file), low.get(next)));
      } else if (stack.includes(next)) low.set(file, Math.min(low.get(file), index.get(next)));
    }
    if (low.get(file) === index.get(file)) {
      const component = stack.splice(stack.indexOf(file));
      if (component.length > 1) found.push(component.sort());
    }
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}
