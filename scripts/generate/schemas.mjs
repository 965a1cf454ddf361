/**
 * Writes the JSON Schemas of the files that are read and written, made from their TypeScript types, to schemas/, and the same as
 * constants to src/generated/schemas.ts, so that they can be bundled.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const file = (path) => fileURLToPath(new URL(path, root));
const output = file('src/generated/schemas.ts');

/** A manifest's unknown keys are mistakes; other files may come from a newer version. */
const schemas = [
  { name: 'manifest', type: 'Manifest', source: 'src/manifest/model.ts', title: 'Headstart manifest', closed: true },
  { name: 'report', type: 'Report', source: 'src/report/model.ts', title: 'Headstart report', closed: false },
  {
    name: 'measurements',
    type: 'MeasurementsFile',
    source: 'src/verdict/model.ts',
    title: 'Headstart measurements',
    closed: false,
  },
  { name: 'recipe', type: 'Recipe', source: 'src/report/model.ts', title: 'Headstart recipe', closed: false },
];

const inputs = await Promise.all(
  [
    ...new Set(schemas.map(({ source }) => source)),
    'src/checks/finding.ts',
    'src/probe/controls.ts',
    'scripts/generate/schemas.mjs',
  ].map((path) => readFile(file(path), 'utf8')),
);
const stamp = `// Inputs: ${createHash('sha256').update(inputs.join('\0')).digest('hex')}\n`;
const existing = await readFile(output, 'utf8').catch(() => '');
if (!existing.startsWith(stamp)) await generate();

async function generate() {
  const { createGenerator } = await import('ts-json-schema-generator');
  const made = schemas.map(({ name, type, source, title, closed }) => {
    const generator = createGenerator({
      path: file(source),
      tsconfig: file('tsconfig.json'),
      type,
      topRef: false,
      additionalProperties: !closed,
      skipTypeCheck: true,
      expose: 'export',
      jsDoc: 'extended',
    });
    const schema = generator.createSchema(type);
    return [name, { ...schema, $id: `headstart/${name}.schema.json`, title }];
  });
  await mkdir(file('src/generated/'), { recursive: true });
  await mkdir(file('schemas/'), { recursive: true });
  for (const [name, schema] of made) {
    await writeFile(file(`schemas/${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
  }
  const constants = made.map(([name, schema]) => `export const ${name}Schema: object = ${JSON.stringify(schema)};\n`);
  await writeFile(output, `${stamp}// Written by scripts/generate/schemas.mjs.\n${constants.join('')}`);
}
