/**
 * Measures a backbone's record: what fine-tuning it is ahead of scratch by on the development sets, at one size that is
 * the same for all. After `npm run compile`:
 *
 *   node scripts/measure-record.mjs --datasets ../shared/datasets --out src/backbone/weights/records.json
 *
 * --datasets   folder of the sets
 * --backbone   as for `headstart probe`; default embedded
 * --engine     default tensorflow
 * --workers    processes; default 2
 * --sets       some of the sets, separated by commas; default all eight
 * --out        the file of all records; what it holds of other backbones and sets is kept
 *
 * The gap of a set is that of log-odds: fine-tuning less scratch, each the mean of two seeds at 250 images, flips and
 * rates as in a probe (`trial-quality.mjs`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadBackbone } from '../build/backbone/load.js';

const SIZE = 250;
const ARMS = { transfer: 'fine-tune/lp-ft', scratch: 'scratch/small net' };

const { values: options } = parseArgs({
  options: {
    datasets: { type: 'string', default: '../shared/datasets' },
    backbone: { type: 'string', default: 'embedded' },
    engine: { type: 'string', default: 'tensorflow' },
    workers: { type: 'string', default: '2' },
    sets: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});
const { pretrained } = await loadBackbone(
  { source: options.backbone, sha256: null, unpinned: true, fallback: false },
  {
    programDir: fileURLToPath(new URL('../build', import.meta.url)),
    cwd: process.cwd(),
    signal: new AbortController().signal,
    environment: process.env,
  },
);
const found = gapsOf(trials());
const records = existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : [];
const { name, sha256 } = pretrained;
const kept = records.find((record) => record.sha256 === sha256)?.sets ?? [];
const isNew = (set) => found.some((gap) => gap.name === set.name);
const sets = [...kept.filter((set) => !isNew(set)), ...found].sort((a, b) => a.name.localeCompare(b.name));
const others = records.filter((record) => record.name !== name);
writeFileSync(options.out, `${JSON.stringify([...others, { name, sha256, sets }], null, 2)}\n`);
for (const { name: set, logitGap } of found) console.log(set, logitGap);

/** A line a trial. */
function trials() {
  const folder = mkdtempSync(join(tmpdir(), 'headstart-record-'));
  try {
    const { datasets, backbone, engine, workers } = options;
    const given = { datasets, backbone, engine, workers, sets: options.sets, out: folder };
    const fixed = { sizes: SIZE, arms: Object.values(ARMS).join(), seeds: '0,1', flips: 'probe' };
    const words = Object.entries({ ...given, ...fixed }).flatMap(([key, value]) => [`--${key}`, `${value}`]);
    const script = fileURLToPath(new URL('trial-quality.mjs', import.meta.url));
    const { status } = spawnSync(process.execPath, [script, ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error('The trials failed.');
    return readFileSync(join(folder, 'trials.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function gapsOf(all) {
  return [...new Set(all.map(({ set }) => set))].map((set) => {
    const mean = (arm) => {
      const own = all.filter((trial) => trial.set === set && trial.arm === arm);
      return own.reduce((sum, { accuracy }) => sum + accuracy, 0) / own.length;
    };
    const gap = logit(mean(ARMS.transfer)) - logit(mean(ARMS.scratch));
    return { name: set, trainExamples: SIZE, logitGap: Math.round(gap * 1000) / 1000 };
  });
}

function logit(accuracy) {
  const kept = Math.min(0.995, Math.max(0.005, accuracy));
  return Math.log(kept / (1 - kept));
}
