/**
 * Writes the tables of inputs and outputs from action.yml into docs/action.md, between `<!-- inputs -->` and
 * `<!-- /inputs -->`, and likewise for outputs. With `--check` it changes nothing and exits with 1 if they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const page = new URL('../docs/action.md', import.meta.url);
const action = parse(readFileSync(new URL('../action.yml', import.meta.url), 'utf8'));

const inputs = table(
  ['Input', 'Default', 'What it does'],
  Object.entries(action.inputs).map(([name, { description, default: value }]) => [
    `\`${name}\``,
    value === '' ? '' : `\`${value}\``,
    description,
  ]),
);
const outputs = table(
  ['Output', 'What it holds'],
  Object.entries(action.outputs).map(([name, { description }]) => [`\`${name}\``, description]),
);

const before = readFileSync(page, 'utf8');
const after = between(between(before, 'inputs', inputs), 'outputs', outputs);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error(
      'The tables in docs/action.md differ from action.yml: run node scripts/generate-action-tables.mjs',
    );
    process.exitCode = 1;
  }
} else if (after !== before) {
  writeFileSync(page, after);
}

function table(header, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => ':--')), ...rows.map(line)].join('\n');
}

function between(text, name, content) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/action.md has no ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}
