/** Writes the defaults of the inputs in action.yml as a constant, so that the program knows which were left as they are. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const output = fileURLToPath(new URL('src/generated/inputs.ts', root));
const { inputs } = parse(await readFile(new URL('action.yml', root), 'utf8'));
const defaults = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default]));
const text = `// Written by scripts/generate/inputs.mjs.
export const inputDefaults: Readonly<Record<string, string>> = ${JSON.stringify(defaults, null, 2)};
`;
if ((await readFile(output, 'utf8').catch(() => '')) !== text) await writeFile(output, text);
