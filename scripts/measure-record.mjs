/**
 * Measures a backbone's record: its gap to scratch on the development sets at small sizes, by the probe itself. After
 * `npm run build`:
 *
 *   node scripts/measure-record.mjs --datasets ../shared/datasets --out src/backbone/weights/records.json
 *
 * --datasets   folder of the sets
 * --backbone   as for `headstart probe`; default embedded
 * --budget     of each probe; default 150s
 * --engine     default tensorflow
 * --sets       some of the sets, separated by commas; default all eight
 * --out        the file of all records; what it holds of other backbones and sets is kept
 *
 * The gap at a size is that of log-odds: the best of frozen and fine-tune less scratch, where both have been measured
 * on at most 1,000 images.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

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
const MOST = 1000;

const { values: options } = parseArgs({
  options: {
    datasets: { type: 'string', default: '../shared/datasets' },
    backbone: { type: 'string', default: 'embedded' },
    budget: { type: 'string', default: '150s' },
    engine: { type: 'string', default: 'tensorflow' },
    sets: { type: 'string', default: SETS.join() },
    out: { type: 'string' },
  },
});
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

for (const set of options.sets.split(',')) {
  const { header, measurements } = probed(set);
  const records = existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : [];
  const kept = records.find(({ sha256 }) => sha256 === header.backbone.sha256)?.sets ?? [];
  const found = gaps(measurements).map((gap) => ({ name: set, ...gap }));
  const sets = [...kept.filter(({ name }) => name !== set), ...found].sort(
    (a, b) => a.name.localeCompare(b.name) || a.trainExamples - b.trainExamples,
  );
  const others = records.filter(({ name }) => name !== header.backbone.name);
  writeFileSync(options.out, `${JSON.stringify([...others, { ...header.backbone, sets }], null, 2)}\n`);
  for (const { trainExamples, logitGap } of found) console.log(set, trainExamples, logitGap);
}

/** The measurements of a probe of the set. */
function probed(set) {
  const folder = mkdtempSync(join(tmpdir(), 'headstart-record-'));
  try {
    const groups = GROUPED.includes(set) ? ['--groups', join(options.datasets, 'groups', `${set}.csv`)] : [];
    const { backbone, budget, engine } = options;
    const run = spawnSync(
      process.execPath,
      [
        ...[cli, 'probe', join(options.datasets, set), ...groups, '--out', folder, '--quiet'],
        ...['--budget', budget, '--engine', engine, '--backbone', backbone],
        ...['--strategies', 'frozen,fine-tune,scratch', '--metric', 'accuracy'],
      ],
      { encoding: 'utf8' },
    );
    if (run.status !== 0) throw new Error(`${set}: ${run.stderr.trim().split('\n').at(-1)}`);
    return JSON.parse(readFileSync(join(folder, 'measurements.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function gaps(measurements) {
  const sizes = [...new Set(measurements.map(({ trainExamples }) => trainExamples))].sort((a, b) => a - b);
  return sizes
    .filter((size) => size <= MOST)
    .flatMap((size) => {
      const best = (names) => {
        const here = measurements.filter(
          ({ strategy, trainExamples, seed }) =>
            names.includes(strategy) && trainExamples === size && seed === 0,
        );
        return here.length === 0 ? null : Math.max(...here.map(({ accuracy }) => accuracy));
      };
      const transfer = best(['fine-tune']) === null ? null : best(['frozen', 'fine-tune']);
      const scratch = best(['scratch']);
      if (transfer === null || scratch === null) return [];
      const gap = logit(transfer) - logit(scratch);
      return [{ trainExamples: size, logitGap: Math.round(gap * 1000) / 1000 }];
    });
}

function logit(accuracy) {
  const kept = Math.min(0.995, Math.max(0.005, accuracy));
  return Math.log(kept / (1 - kept));
}
