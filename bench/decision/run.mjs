/**
 * How good the decision is, without training anything: `npm run bench:decision`, after `npm run compile`. Prints every
 * figure beside its bar and ends with exit code 1 when one is missed.
 *
 * --runs       simulated runs of each world and budget; default 200, 1000 for figures to quote
 * --seed       of the simulation; default 1
 * --worlds     some of power,logit,onset,deficit
 * --budgets    some of 60,300, in seconds
 * --evidence   folder with the VTAB tables; default ../shared/evidence beside this checkout
 * --file       is written as well, notes.md before it, such as docs/decision.md
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    worlds: { type: 'string', default: 'power,logit,onset,deficit' },
    budgets: { type: 'string', default: '60,300' },
    evidence: { type: 'string', default: `${root}../shared/evidence` },
    file: { type: 'string' },
  },
});
if (!existsSync(`${root}build/verdict/analyze.js`)) fail('Run npm run compile first.');
if (!existsSync(`${options.evidence}/vtab-results.csv`))
  fail(`${options.evidence} has no vtab-results.csv: name its folder with --evidence.`);

const { decisionPage } = await import('./page.mjs');
const { page, missed } = await decisionPage({
  simulation: { runs: Number(options.runs), seed: Number(options.seed) },
  worlds: options.worlds.split(','),
  budgets: options.budgets.split(',').map(Number),
  evidence: options.evidence,
});
console.log(page);
if (options.file !== undefined)
  writeFileSync(options.file, `${readFileSync(new URL('notes.md', import.meta.url), 'utf8')}\n${page}`);
process.exitCode = missed === 0 ? 0 : 1;

function fail(message) {
  console.error(message);
  process.exit(2);
}
