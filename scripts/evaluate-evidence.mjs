// How often the verdict is right on published results: node scripts/evaluate-evidence.mjs <folder with vtab-results.csv>
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { armsOf } from '../build/verdict/arm.js';
import { weigh } from '../build/verdict/analyse.js';

const DRAWS = 2000;

/** Pairs of an encoder and scratch on one dataset: accuracies at 1,000 examples and at full size, as fractions. */
export function vtabPairs(folder) {
  const table = (name) => parse(readFileSync(join(folder, name)), { columns: true });
  const sizes = new Map(table('vtab-datasets.csv').map((row) => [row.dataset, Number(row.train_size_full)]));
  const family = new Map(table('vtab-methods.csv').map((row) => [row.method, row.family]));
  const cells = new Map(
    table('vtab-results.csv').map((row) => [
      `${row.dataset}/${row.method}/${row.setting}`,
      row.accuracy / 100,
    ]),
  );
  const pairs = [...sizes].flatMap(([dataset, horizon]) =>
    [...family.keys()]
      .filter((method) => method !== 'From-Scratch')
      .map((method) => {
        const at = (name, setting) => cells.get(`${dataset}/${name}/${setting}`);
        return {
          dataset,
          method,
          family: family.get(method),
          small: 1000,
          horizon,
          measured: { 'fine-tune': at(method, '1k'), scratch: at('From-Scratch', '1k') },
          truth: { 'fine-tune': at(method, 'full'), scratch: at('From-Scratch', 'full') },
        };
      }),
  );
  // A full-size run more than ten points below the small one has diverged.
  return pairs.filter(({ measured, truth }) => truth['fine-tune'] >= measured['fine-tune'] - 0.1);
}

/**
 * One seed each at 64 px: set, test images, small size, then frozen, fine-tune and scratch there; full size and the same.
 * Trained with PyTorch, a plain nine-convolution net, no learning rate searched.
 */
const REFERENCE = [
  ['arabic-characters', 1988, 1001, 0.817, 0.925, 0.953, 8008, 0.925, 0.978, 0.982],
  ['cifar10', 2000, 1000, 0.597, 0.645, 0.523, 8000, 0.701, 0.799, 0.764],
  ['dog-cat', 420, 122, 0.774, 0.71, 0.617, 979, 0.814, 0.848, 0.786],
  ['sign-digits', 601, 174, 0.854, 0.978, 0.96, 1399, 0.955, 0.998, 0.998],
  ['trashnet', 600, 174, 0.57, 0.625, 0.553, 1399, 0.698, 0.77, 0.8],
  ['gtsrb', 1680, 524, 0.326, 0.379, 0.206, 4199, 0.383, 0.518, 0.426],
  ['textures10', 360, 105, 0.431, 0.314, 0.194, 840, 0.653, 0.636, 0.442],
  ['wbc', 486, 139, 0.403, 0.444, 0.545, 1114, 0.492, 0.765, 0.735],
];

export function referenceSets() {
  const named = ([frozen, fineTune, scratch]) => ({ frozen, 'fine-tune': fineTune, scratch });
  return REFERENCE.map(([dataset, testExamples, small, ...rest]) => ({
    dataset,
    testExamples,
    small,
    measured: named(rest.slice(0, 3)),
    horizon: rest[3],
    truth: named(rest.slice(4)),
  }));
}

/** What the verdict says of one case, and what following it would have brought. */
export function judge(
  { dataset, method, measured, truth, small, horizon, testExamples, record },
  draws = DRAWS,
) {
  const measurements = Object.entries(measured).map(([strategy, accuracy]) => ({
    strategy,
    trainExamples: small,
    accuracy,
    ...(testExamples === undefined ? {} : { testExamples }),
  }));
  const header = record === undefined ? {} : { record };
  const { decision } = weigh(armsOf(measurements), header, horizon, draws);
  const best = Math.max(...Object.values(truth));
  const transfer = Math.max(...Object.keys(truth).map((name) => (name === 'scratch' ? 0 : truth[name])));
  const familyOf = (name) => (name === 'scratch' ? truth.scratch : transfer);
  return {
    dataset,
    method,
    decision,
    gap: transfer - truth.scratch,
    won: Math.sign(transfer - truth.scratch) / 2 + 0.5,
    right: familyOf(decision.leaning) >= best,
    regret: best - truth[decision.leaning],
  };
}

export function summary(judged) {
  const average = (value) => judged.reduce((total, one) => total + Number(value(one)), 0) / judged.length;
  return {
    cases: judged.length,
    'top-1': average(({ right }) => right),
    'within 1 pt': average(({ regret }) => regret <= 0.01 + 1e-9),
    'mean regret (points)': average(({ regret }) => 100 * regret),
    ECE: calibrationError(judged),
    Brier: average(({ decision, won }) => (decision.pTransfer - won) ** 2),
    'gap in its 80 % interval': average(
      ({ decision, gap }) => gap >= decision.gap.low && gap <= decision.gap.high,
    ),
    decided: average(({ decision }) => decision.family !== 'inconclusive'),
    'within 1 pt where decided':
      judged.filter(({ decision, regret }) => decision.family !== 'inconclusive' && regret <= 0.01 + 1e-9)
        .length / judged.filter(({ decision }) => decision.family !== 'inconclusive').length,
  };
}

/** Ten bins on P(transfer is better). */
function calibrationError(judged) {
  const bins = Array.from({ length: 10 }, () => []);
  for (const one of judged) bins[Math.min(9, Math.floor(10 * one.decision.pTransfer))].push(one);
  const gap = (bin) =>
    Math.abs(bin.reduce((total, { decision, won }) => total + decision.pTransfer - won, 0));
  return bins.reduce((total, bin) => total + gap(bin), 0) / judged.length;
}

/** The mean gap of the same encoder on the other datasets, as a backbone's record would hold it. */
export function withRecords(pairs) {
  const logit = (accuracy) => {
    const kept = Math.min(0.998, Math.max(0.002, accuracy));
    return Math.log(kept / (1 - kept));
  };
  return pairs.map((pair) => ({
    ...pair,
    record: {
      sets: pairs
        .filter(({ method, dataset }) => method === pair.method && dataset !== pair.dataset)
        .map(({ dataset, small, measured }) => ({
          name: dataset,
          trainExamples: small,
          logitGap: logit(measured['fine-tune']) - logit(measured.scratch),
        })),
    },
  }));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const pairs = vtabPairs(process.argv[2] ?? '../shared/evidence');
  const cases = {
    'VTAB, 1,000 examples to full size': pairs,
    'the same with the record of the encoder on the other datasets': withRecords(pairs),
    'reference runs, an eighth to all': referenceSets(),
  };
  for (const [title, list] of Object.entries(cases)) {
    console.log(title);
    const judged = list.map((one) => judge(one));
    for (const [name, value] of Object.entries(summary(judged)))
      console.log(`  ${name.padEnd(26)} ${name === 'cases' ? value : value.toFixed(3)}`);
    if (list.length > 20) continue;
    for (const { dataset, decision, gap, regret } of judged) {
      const stated = `${decision.leaning}, ${decision.family}, P(transfer) ${decision.pTransfer.toFixed(2)}`;
      console.log(
        `  ${dataset.padEnd(18)} ${stated}; truth ${(100 * gap).toFixed(1)}, regret ${(100 * regret).toFixed(1)}`,
      );
    }
  }
}
