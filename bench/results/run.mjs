/**
 * Probes the development sets with every engine and judges the verdicts by full trainings: `npm run build`, then
 * `npm run results`. Only what is missing is run: finished probes of this very bundle are kept in docs/results.jsonl, a
 * line each, and docs/results.md is written from them after every probe. So a run can be cut short and continued, and
 * runs can share the probes, which take 128 minutes together. The page is always about the whole plan; these options
 * say which of its probes to run now:
 *
 * --sets       default all eight
 * --engines    default wasm,tensorflow; one that does not load is named
 * --budgets    seconds; default 60,300
 * --seeds      default 1,2,3 for 60 seconds, else 1
 * --datasets   folder of the sets; default ../shared/datasets beside this checkout
 * --lines      file of finished probes; default docs/results.jsonl
 * --page       what is written; default docs/results.md
 *
 * Exit code 1: a bar is missed, a probe did not end by itself, or no engine loads. 2: what was typed is wrong, or there
 * is no bundle. A bar that is open for want of probes is not missed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resultBars } from './bars.mjs';
import { judge } from './judge.mjs';
import { keepLine, lineOf, readLines } from './lines.mjs';
import { resultsPage } from './page.mjs';
import { ENGINES, missingOf, probesOf } from './plan.mjs';
import { run } from './probe.mjs';
import { programOf } from './program.mjs';
import { SETS } from './truth.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const options = typed();
const datasets = resolve(options.datasets ?? `${root}../shared/datasets`);
const file = resolve(options.lines ?? `${root}docs/results.jsonl`);
const pageFile = resolve(options.page ?? `${root}docs/results.md`);
const asked = {
  sets: someOf(SETS, 'sets'),
  engines: someOf(ENGINES, 'engines'),
  budgets: wholeNumbers('budgets'),
  seeds: wholeNumbers('seeds'),
};
if (!existsSync(`${root}dist/cli.js`)) fail('There is no dist/cli.js: run npm run build first.');
for (const set of asked.sets ?? SETS)
  if (!existsSync(`${datasets}/${set}`))
    fail(`There is no ${set} in ${datasets}: name the folder with --datasets.`);

const program = programOf(root);
let lines = readLines(file);
const absent = {};
let broken = 0;
const probes = probesOf(asked);
const missing = missingOf(probes, lines, program);
console.log(`${program}: ${missing.length} of ${probes.length} probes to run.`);
for (const path of [file, pageFile]) mkdirSync(dirname(path), { recursive: true });
for (const probe of missing) {
  const { set, engine, budget, seed } = probe;
  if (engine in absent) continue;
  const { report, seconds, said, isAbsent } = run(probe, { root, datasets });
  if (isAbsent) absent[engine] = said;
  else if (report === null) broken += 1;
  const line = report === null ? null : lineOf(probe, { program, seconds, report });
  if (line !== null) lines = keepLine(file, line);
  writePage();
  console.log(`${engine} ${set}, ${budget} s, seed ${seed}: ${line === null ? said : outcomeOf(line)}`);
}
writePage();

const bars = resultBars(
  lines.filter((line) => line.program === program),
  ENGINES,
);
for (const { name, value, bar, state } of bars) console.log(`${state.padEnd(6)}  ${name}: ${value} (${bar})`);
const isNoneThere = probes.length > 0 && probes.every(({ engine }) => engine in absent);
if (isNoneThere) console.error('No engine loads.');
const isMissed = bars.some(({ state }) => state === 'missed');
process.exitCode = isMissed || broken > 0 || isNoneThere ? 1 : 0;

function writePage() {
  writeFileSync(pageFile, resultsPage(lines, { program, absent }));
}

function outcomeOf(line) {
  const { verdict, status, statusReason } = line;
  if (verdict === null) return `${status}: ${statusReason}`;
  const { family, choice, confidence } = verdict;
  return `${judge(line)}: ${family}, ${choice ?? 'no choice'}, ${(100 * confidence).toFixed(0)} % sure`;
}

function typed() {
  const names = ['sets', 'engines', 'budgets', 'seeds', 'datasets', 'lines', 'page'];
  try {
    return parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) }).values;
  } catch (error) {
    return fail(error.message);
  }
}

function someOf(known, option) {
  const names = listed(option);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`--${option}: "${unknown}" is not one of ${known.join(', ')}.`);
  return names;
}

function wholeNumbers(option) {
  const texts = listed(option);
  const wrong = texts?.find((text) => !/^[1-9]\d*$/.test(text));
  if (wrong !== undefined) fail(`--${option}: "${wrong}" is not a whole number above 0.`);
  return texts?.map(Number);
}

function listed(option) {
  return options[option]?.split(',').map((item) => item.trim());
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
