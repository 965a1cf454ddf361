import { weigh } from '../../build/verdict/analyze.js';
import { armsOf } from '../../build/verdict/arm.js';
import { PRIOR } from '../../build/verdict/prior.js';
import { decidedShare, gapOf, mean, probabilityOf } from './figures.mjs';
import { table } from '../numbers.mjs';
import { barred } from './bars.mjs';
import { byDataset, priorFrom } from './priors.mjs';
import { vtabPairs, withRecords } from './vtab-pairs.mjs';

const DRAWS = 2000;

/** From the gap alone and with the encoder's record, by priors from the other datasets and by those that ship. */
export function judgeVtab(folder) {
  const pairs = vtabPairs(folder);
  const recorded = withRecords(pairs);
  return {
    bare: judgeHeldOut(pairs),
    recorded: judgeHeldOut(recorded),
    bareAsShipped: pairs.map((pair) => judge(pair, PRIOR)),
    recordedAsShipped: recorded.map((pair) => judge(pair, PRIOR)),
  };
}

/** Every pair, judged with a prior fitted to the pairs of the other datasets. */
function judgeHeldOut(pairs) {
  return byDataset(pairs).flatMap((held) => {
    const prior = priorFrom(pairs.filter(({ dataset }) => dataset !== held[0].dataset));
    return held.map((pair) => judge(pair, prior));
  });
}

/** What the verdict says of one pair, and what following P(transfer) would have lost. */
function judge({ classes, measured, truth, small, horizon, record }, prior) {
  const measurements = Object.entries(measured).map(([strategy, accuracy]) => ({
    strategy,
    trainExamples: small,
    accuracy,
  }));
  const header = { classes, ...(record === undefined ? {} : { record }) };
  const { decision } = weigh(armsOf(measurements, header), header, horizon, DRAWS, prior);
  const side = decision.pTransfer >= 0.5 ? 'fine-tune' : 'scratch';
  return {
    truth,
    verdict: decision,
    isRight: (side === 'fine-tune') === truth['fine-tune'] > truth.scratch,
    regret: Math.max(truth['fine-tune'], truth.scratch) - truth[side],
  };
}

function vtabFigures(judged) {
  return {
    pairs: judged.length,
    strict: mean(judged.map(({ isRight }) => Number(isRight))),
    withinPoint: mean(judged.map(({ regret }) => Number(regret <= 0.01 + 1e-9))),
    regret: mean(judged.map(({ regret }) => regret)),
  };
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

export function vtabTable({ bare, recorded, bareAsShipped, recordedAsShipped }) {
  const rows = [
    ['gap alone', bare],
    ['with record', recorded],
    ['gap alone, by the priors that ship (fitted to these pairs)', bareAsShipped],
    ['with record, by the priors that ship', recordedAsShipped],
  ].map(([title, judged]) => {
    const { strict, withinPoint, regret } = vtabFigures(judged);
    const { brier, calibrationError } = probabilityOf(judged);
    return [
      title,
      strict.toFixed(3),
      withinPoint.toFixed(3),
      (100 * regret).toFixed(2),
      brier.toFixed(3),
      calibrationError.toFixed(3),
      `${(100 * gapOf(judged).coverage).toFixed(0)} %`,
      `${(100 * decidedShare(judged)).toFixed(0)} %`,
    ];
  });
  const header = ['VTAB', 'right side', 'within a point', 'regret', 'Brier', 'ECE', 'gap held', 'decided'];
  return table(header, rows);
}
