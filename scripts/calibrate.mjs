// Fits the two numbers of src/verdict/calibration.ts on published results: node scripts/calibrate.mjs <evidence folder>
import { CALIBRATION } from '../build/verdict/calibration.js';
import { judge, referenceSets, vtabPairs, withRecords } from './evaluate-evidence.mjs';

const TEMPERATURES = Array.from({ length: 31 }, (_, i) => 0.5 + 0.05 * i);
const RECORD_SHARES = [0.5, 0.8, 1, 1.3];
const RECORD_EVENS = [0, 0.2, 0.4, 0.6];

const folder = process.argv[2] ?? '../shared/evidence';
const pairs = vtabPairs(folder);
const bare = statements([...pairs, ...referenceSets()]);

/** The raw log-odds that a verdict states and whether transfer won, by dataset. */
function statements(cases) {
  return cases.map((one) => {
    const { decision, won } = judge(one, 1000);
    const stated = decision.pTransfer;
    return { dataset: one.dataset, won, raw: Math.log(stated / (1 - stated)) / CALIBRATION.temperature };
  });
}

/** Mean log loss, each dataset counted once whatever its number of pairs. */
function loss(list, temperature) {
  const datasets = new Set(list.map(({ dataset }) => dataset));
  let total = 0;
  for (const dataset of datasets) {
    const own = list.filter((one) => one.dataset === dataset);
    const losses = own.map(({ raw, won }) => {
      const p = 1 / (1 + Math.exp(-temperature * raw));
      return -(won * Math.log(p) + (1 - won) * Math.log(1 - p));
    });
    total += losses.reduce((sum, value) => sum + value, 0) / own.length;
  }
  return total / datasets.size;
}

function best(candidates, value) {
  return candidates.reduce((first, next) => (value(next) < value(first) ? next : first));
}

const temperature = best(TEMPERATURES, (t) => loss(bare, t));
const datasets = [...new Set(bare.map(({ dataset }) => dataset))];
const heldOut = datasets.map((dataset) => {
  const others = bare.filter((one) => one.dataset !== dataset);
  const fitted = best(TEMPERATURES, (t) => loss(others, t));
  const own = bare.filter((one) => one.dataset === dataset);
  return { fitted, loss: loss(own, fitted), unchanged: loss(own, 1) };
});
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
console.log(`temperature ${temperature.toFixed(2)}, log loss ${loss(bare, temperature).toFixed(3)}`);
console.log(
  `a dataset held out: ${Math.min(...heldOut.map(({ fitted }) => fitted)).toFixed(2)} to ` +
    `${Math.max(...heldOut.map(({ fitted }) => fitted)).toFixed(2)}, log loss ${average(heldOut.map((one) => one.loss)).toFixed(3)}, ` +
    `without calibration ${average(heldOut.map((one) => one.unchanged)).toFixed(3)}`,
);

const records = withRecords(pairs);
const settings = RECORD_SHARES.flatMap((share) => RECORD_EVENS.map((even) => ({ share, even })));
const stated = settings.map(({ share, even }) => {
  Object.assign(CALIBRATION, { recordShare: share, recordEven: even });
  return statements(records);
});
settings.forEach(({ share, even }, i) =>
  console.log(`record share ${share}, even at ${even}: log loss ${loss(stated[i], 1).toFixed(3)}`),
);
const chosen = datasets
  .filter((dataset) => records.some((one) => one.dataset === dataset))
  .map((dataset) => {
    const side = (own) => (list) => list.filter((one) => (one.dataset === dataset) === own);
    const fitted = best(stated, (list) => loss(side(false)(list), 1));
    return { ...settings[stated.indexOf(fitted)], loss: loss(side(true)(fitted), 1) };
  });
const spread = (key) => [...new Set(chosen.map((one) => one[key]))].sort().join(', ');
console.log(
  `a dataset held out: share ${spread('share')}; even at ${spread('even')}; ` +
    `log loss ${average(chosen.map((one) => one.loss)).toFixed(3)}`,
);
