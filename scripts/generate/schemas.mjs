/**
 * Writes the JSON Schemas of the files that are read and written, made from their TypeScript types, to schemas/, and the same as
 * constants to src/generated/schemas.ts, so that they can be bundled. Does nothing when the types are as they were;
 * with `--check` it makes them anew, writes nothing, and fails where schemas/ differs.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const file = (path) => fileURLToPath(new URL(path, root));
const output = file('src/generated/schemas.ts');
const home = (name) => file(`schemas/${name}.schema.json`);

/** Unknown keys of a manifest are mistakes, and those of a plan or shard foreign; other files may come from a newer version. */
const schemas = [
  {
    name: 'manifest',
    type: 'Manifest',
    source: 'src/dataset/describe/manifest.ts',
    title: 'Headstart manifest',
    description:
      'Where images and labels are, and what the full training run will be: *.headstart.yaml or dataset.yaml.',
    closed: true,
  },
  {
    name: 'report',
    type: 'Report',
    source: 'src/report/types.ts',
    title: 'Headstart report',
    description:
      'The whole result of one probe of one dataset, report.json; every other form is rendered from it.',
  },
  {
    name: 'measurements',
    type: 'MeasurementsFile',
    source: 'src/verdict/types.ts',
    title: 'Headstart measurements',
    description: 'What was measured, measurements.json; "headstart analyze" gives the verdict again from it.',
  },
  {
    name: 'kept',
    type: 'CachedProbe',
    source: 'src/probe/cache/trial-record.ts',
    title: 'Headstart kept trials',
    description: 'Finished trials of earlier runs of one dataset, trials.json of the cache.',
  },
  {
    name: 'digest',
    type: 'VerdictSnapshot',
    source: 'src/report/snapshot.ts',
    title: 'Headstart verdict digest',
    description: 'What a check run and the cache keep of a report, to compare later ones with.',
  },
  {
    name: 'plan',
    type: 'PlanFile',
    source: 'src/probe/shards/model.ts',
    title: 'Headstart plan',
    description: 'Trials of one dataset, dealt to several machines, plan.json.',
    closed: true,
  },
  {
    name: 'shard',
    type: 'ShardFile',
    source: 'src/probe/shards/model.ts',
    title: 'Headstart shard',
    description: 'How the trials of one machine ended, shard-<number>.json.',
    closed: true,
  },
  {
    name: 'verdictLine',
    type: 'VerdictLine',
    source: 'src/action/verdict-lines.ts',
    title: 'Headstart verdict line',
    description: 'One dataset of a run in verdicts.jsonl, to be collected over many repositories.',
  },
  {
    name: 'step',
    type: 'StepRecord',
    source: 'src/github/forks/step-record.ts',
    title: 'Headstart step',
    description: 'What a step of the Action decided, step.json: another run posts its reports as this says.',
  },
  {
    name: 'recipe',
    type: 'Recipe',
    source: 'src/report/recipe-format.ts',
    title: 'Headstart recipe',
    description:
      'The full run of the choice, recipe.json: all that it takes, beside images and pre-trained weights, to train it with any framework.',
  },
  {
    name: 'tfjs',
    type: 'ModelJson',
    source: 'src/backbone/tfjs/model-json.ts',
    title: 'Headstart TensorFlow.js model',
    description:
      'The supported part of a TensorFlow.js layers model, model.json; everything else is ignored.',
  },
  {
    name: 'safetensorsConfig',
    type: 'SafetensorsConfig',
    source: 'src/backbone/safetensors/types.ts',
    title: 'Headstart config of a safetensors model',
    description: 'The supported settings of the config.json beside a safetensors file.',
  },
  {
    name: 'safetensorsTensor',
    type: 'StoredTensor',
    source: 'src/backbone/safetensors/types.ts',
    title: 'Headstart tensor of a safetensors file',
    description: 'A tensor in the header of a safetensors file.',
  },
];

/** The schemas by name, from the types as they are now. */
export async function makeSchemas() {
  const { createGenerator } = await import('ts-json-schema-generator');
  return new Map(
    schemas.map(({ name, type, source, title, description, closed = false }) => {
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
      const { $schema, ...schema } = generator.createSchema(type);
      const heading = { $schema, $id: `headstart/${name}.schema.json`, title, description };
      return [name, { ...heading, ...schema, description }];
    }),
  );
}

async function bringUpToDate() {
  const stamp = `// Inputs: ${await inputsHash()}\n`;
  const existing = await readFile(output, 'utf8').catch(() => '');
  if (existing.startsWith(stamp)) return;
  const made = await makeSchemas();
  await mkdir(file('src/generated/'), { recursive: true });
  await mkdir(file('schemas/'), { recursive: true });
  for (const [name, schema] of made) await writeFile(home(name), textOf(schema));
  const constants = [...made].map(
    ([name, schema]) => `export const ${name}Schema: object = ${JSON.stringify(schema)};\n`,
  );
  await writeFile(output, `${stamp}// Written by scripts/generate/schemas.mjs.\n${constants.join('')}`);
}

async function check() {
  const stale = [];
  for (const [name, schema] of await makeSchemas()) {
    if ((await readFile(home(name), 'utf8').catch(() => '')) !== textOf(schema))
      stale.push(`schemas/${name}.schema.json`);
  }
  if (stale.length === 0) return;
  console.error(`Not as the types say: ${stale.join(', ')}. Run "npm run generate" and commit them.`);
  process.exitCode = 1;
}

const textOf = (schema) => `${JSON.stringify(schema, null, 2)}\n`;

/** Of this script and of every source that the types are made of; what is generated has no say, and may not be there yet. */
async function inputsHash() {
  const hash = createHash('sha256').update(await readFile(file('scripts/generate/schemas.mjs')));
  const seen = new Set();
  const pending = schemas.map(({ source }) => new URL(source, root).href);
  while (pending.length > 0) {
    const source = pending.shift();
    if (seen.has(source) || source.includes('/src/generated/')) continue;
    seen.add(source);
    const text = await readFile(fileURLToPath(source), 'utf8');
    hash.update(text);
    for (const [, imported] of text.matchAll(/from '(\.[^']+)\.js'/g))
      pending.push(new URL(`${imported}.ts`, source).href);
  }
  return hash.digest('hex');
}

await (process.argv.includes('--check') ? check() : bringUpToDate());
