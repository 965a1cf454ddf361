/**
 * Probes the development sets with every engine and writes docs/results.md: `npm run build`, then `npm run results`.
 *
 * HEADSTART_DATASETS   folder of the sets; default ../shared/datasets beside this checkout
 * RESULTS_SETS         some of the sets, separated by commas; default all eight
 * RESULTS_ENGINES      some of wasm,tensorflow; default both, and one that does not load is named
 * RESULTS_BUDGET       for each probe; default 2m
 * RESULTS_FILE         what is written; default docs/results.md
 *
 * The file is written anew after every probe, so a run that is cut short leaves what it had.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SETS = [
  'arabic-characters',
  'cifar10',
  'dog-cat',
  'gtsrb',
  'sign-digits',
  'textures10',
  'trashnet',
  'wbc',
];
/** Sets whose groups are in a table of their own. */
const GROUPED = ['sign-digits', 'wbc'];
const STRATEGIES = ['frozen', 'fine-tune', 'hybrid', 'scratch'];

const root = fileURLToPath(new URL('..', import.meta.url));
const datasets = resolve(process.env.HEADSTART_DATASETS ?? join(root, '../shared/datasets'));
const sets = listed(process.env.RESULTS_SETS) ?? SETS;
const engines = listed(process.env.RESULTS_ENGINES) ?? ['wasm', 'tensorflow'];
const budget = process.env.RESULTS_BUDGET ?? '2m';
const file = resolve(process.env.RESULTS_FILE ?? join(root, 'docs/results.md'));

if (!existsSync(join(root, 'dist/cli.js'))) fail('There is no dist/cli.js: run npm run build first.');
for (const set of sets) if (!existsSync(join(datasets, set))) fail(`There is no ${set} in ${datasets}.`);

const probes = [];
const absent = [];
for (const engine of engines) {
  for (const set of sets) {
    if (absent.some(({ name }) => name === engine)) continue;
    const probe = run(set, engine);
    if (probe.engineAbsent !== null) absent.push({ name: engine, why: probe.engineAbsent });
    else probes.push(probe);
    if (probes.length > 0) writeFileSync(file, page());
    console.log(`${engine} ${set}: ${probe.engineAbsent ?? outcomeOf(probe)}`);
  }
}
if (probes.length === 0) fail('No engine loads.');

function run(set, engine) {
  const out = mkdtempSync(join(tmpdir(), 'headstart-results-'));
  try {
    const args = ['dist/cli.js', ...argumentsOf(set, engine, datasets), '--out', out, '--quiet'];
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    const seconds = (performance.now() - began) / 1000;
    const said = stderr.trim().split('\n').at(-1) ?? '';
    const engineAbsent = status === 2 && /engine \w+ was asked for/.test(stderr) ? said : null;
    const report = existsSync(join(out, 'report.json'))
      ? JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
      : null;
    return { set, engine, seconds, status, said, engineAbsent, report };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function argumentsOf(set, engine, folder) {
  const groups = GROUPED.includes(set) ? ['--groups', `${folder}/groups/${set}.csv`] : [];
  return ['probe', `${folder}/${set}`, ...groups, '--budget', budget, '--engine', engine];
}

function page() {
  const { machine, versions } = probes.find(({ report }) => report?.receipt)?.report.receipt ?? {};
  const where = machine
    ? `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`
    : 'an unknown machine';
  const tables = engines.filter((engine) => probes.some((probe) => probe.engine === engine)).map(tableOf);
  return `# Results on the development sets

Written by \`npm run results\`: Headstart ${versions?.headstart ?? ''} on ${where}. Each set was probed once with a budget of ${budget}, with the seed that is the default. Accuracies are those of the metric on the test set, as percentages with 80 % intervals, at the largest training subset on which the strategy was measured (in brackets: its images). These are measurements of one machine on one day; the sets are not part of the repository.

${[...tables, ...absent.map(({ name, why }) => `The engine \`${name}\` was not measured: ${why}`)].join('\n\n')}
`;
}

function tableOf(engine) {
  const own = probes.filter((probe) => probe.engine === engine);
  const version = own.find(({ report }) => report?.receipt)?.report.receipt.engine.version ?? '';
  const verdicts = table(
    ['Set', 'Verdict', 'Choice', 'Confidence', 'P(transfer)', 'Horizon', 'Metric', 'Trials', 'Seconds'],
    own.map((probe) => {
      const { report, set, seconds } = probe;
      const verdict = report?.verdict;
      if (!verdict) return [set, outcomeOf(probe), '', '', '', '', '', '', seconds.toFixed(0)];
      return [
        set,
        report.status === 'complete' ? verdict.family : `${verdict.family} (${report.status})`,
        verdict.choice ?? 'none',
        percent(verdict.confidence, 0),
        verdict.pTransfer.toFixed(2),
        String(verdict.horizon),
        report.dataset.metric,
        String(report.receipt.trials.length),
        seconds.toFixed(0),
      ];
    }),
  );
  const accuracies = table(
    ['Set', ...STRATEGIES],
    own.map(({ set, report }) => [set, ...STRATEGIES.map((name) => accuracyOf(report, name))]),
  );
  const commands = own.map(
    ({ set }) => `node dist/cli.js ${argumentsOf(set, engine, '<datasets>').join(' ')}`,
  );
  return `## ${engine}\n\n${version}\n\n${verdicts}\n\n${accuracies}\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\``;
}

function accuracyOf(report, strategy) {
  const found = report?.strategies.find(({ name }) => name === strategy);
  if (!found) return 'not measured';
  const { mean, low, high } = found.accuracy;
  return `${percent(mean)} (${percent(low)} to ${percent(high)}) [${found.trainExamples}]`;
}

function outcomeOf({ report, status, said }) {
  if (report === null) return `exit code ${status}: ${cell(said)}`;
  const { verdict } = report;
  return verdict === null
    ? `${report.status}: ${cell(report.statusReason ?? '')}`
    : `${verdict.family}, ${verdict.choice ?? 'no choice'}, ${percent(verdict.confidence, 0)} sure`;
}

function percent(fraction, digits = 1) {
  return (100 * fraction).toFixed(digits);
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').replaceAll(datasets, '<datasets>').slice(0, 200);
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => ':--')), ...rows.map(line)].join('\n');
}

function listed(text) {
  return text
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
