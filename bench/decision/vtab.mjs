import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { weigh } from '../../build/verdict/analyse.js';
import { armsOf } from '../../build/verdict/arm.js';
import { CALIBRATION } from '../../build/verdict/calibration.js';
import { PRIOR } from '../../build/verdict/prior.js';
import { logit } from '../../build/verdict/scale.js';
import { decidedShare, gapOf, mean, probabilityOf } from './figures.mjs';
import { table } from '../numbers.mjs';
import { barred } from './bars.mjs';
import { byDataset, priorsFrom } from './priors.mjs';

const DRAWS = 2000;

/** Pairs of an encoder and scratch on one dataset: accuracies at 1,000 examples and at full size, as fractions. */
function vtabPairs(folder) {
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

/** The mean gap of the same encoder on the other datasets, as a backbone's record would hold it. */
function withRecords(pairs) {
  const kept = (accuracy) => logit(Math.min(0.998, Math.max(0.002, accuracy)));
  return pairs.map((pair) => ({
    ...pair,
    record: {
      sets: pairs
        .filter(({ method, dataset }) => method === pair.method && dataset !== pair.dataset)
        .map(({ dataset, small, measured }) => ({
          name: dataset,
          trainExamples: small,
          logitGap: kept(measured['fine-tune']) - kept(measured.scratch),
        })),
    },
  }));
}

/** Every pair, judged with priors fitted to the pairs of the other datasets. */
function judgeHeldOut(pairs) {
  const own = { prior: { ...PRIOR }, calibration: { ...CALIBRATION } };
  const judged = byDataset(pairs).flatMap((held) => {
    const priors = priorsFrom(pairs.filter(({ dataset }) => dataset !== held[0].dataset));
    return held.map((pair) => judge(pair, priors));
  });
  usePriors(own);
  return judged;
}

/** What the verdict says of one pair, and what following P(transfer) would have lost. */
function judge({ measured, truth, small, horizon, record }, priors) {
  usePriors(priors);
  const measurements = Object.entries(measured).map(([strategy, accuracy]) => ({
    strategy,
    trainExamples: small,
    accuracy,
  }));
  const header = record === undefined ? {} : { record };
  const { decision } = weigh(armsOf(measurements), header, horizon, DRAWS);
  const side = decision.pTransfer >= 0.5 ? 'fine-tune' : 'scratch';
  return {
    truth,
    verdict: decision,
    isRight: (side === 'fine-tune') === truth['fine-tune'] > truth.scratch,
    regret: Math.max(truth['fine-tune'], truth.scratch) - truth[side],
  };
}

/** `weigh` takes its priors from these two, so here they are exchanged. */
function usePriors({ prior, calibration }) {
  Object.assign(PRIOR, prior);
  Object.assign(CALIBRATION, calibration);
}

function vtabFigures(judged) {
  return {
    pairs: judged.length,
    strict: mean(judged.map(({ isRight }) => Number(isRight))),
    withinPoint: mean(judged.map(({ regret }) => Number(regret <= 0.01 + 1e-9))),
    regret: mean(judged.map(({ regret }) => regret)),
  };
}

/** From the gap alone and with the encoder's record, each dataset judged by priors from the others. */
export function judgeVtab(folder) {
  const pairs = vtabPairs(folder);
  return { bare: judgeHeldOut(pairs), recorded: judgeHeldOut(withRecords(pairs)) };
}

export function vtabBars({ bare, recorded }) {
  return [
    ...barsOf('VTAB, gap alone', vtabFigures(bare), { strict: 0.775, withinPoint: 0.85, regret: 0.95 }),
    ...barsOf('VTAB, with record', vtabFigures(recorded), {
      strict: 0.875,
      withinPoint: 0.945,
      regret: 0.25,
    }),
  ];
}

function barsOf(title, figures, bars) {
  return [
    barred(`${title}: right side, share`, figures.strict, { atLeast: bars.strict, digits: 3 }),
    barred(`${title}: within a point, share`, figures.withinPoint, { atLeast: bars.withinPoint, digits: 3 }),
    barred(`${title}: regret, points`, 100 * figures.regret, { atMost: bars.regret }),
  ];
}

export function vtabTable({ bare, recorded }) {
  const rows = [
    ['gap alone', bare],
    ['with record', recorded],
  ].map(([title, judged]) => {
    const { brier, calibrationError } = probabilityOf(judged);
    return [
      title,
      judged.length,
      brier.toFixed(3),
      calibrationError.toFixed(3),
      `${(100 * gapOf(judged).coverage).toFixed(0)} %`,
      `${(100 * decidedShare(judged)).toFixed(0)} %`,
    ];
  });
  return table(['VTAB', 'Pairs', 'Brier', 'ECE', 'gap in its 80 % interval', 'decided'], rows);
}
