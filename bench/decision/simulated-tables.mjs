/** What moves with the bars in the simulated worlds: nothing here is met or missed. */
import { median, table } from '../numbers.mjs';
import {
  confidenceOf,
  decidedShare,
  gapOf,
  mean,
  predictionOf,
  probabilityOf,
  regretsOf,
  shiftsAtHorizon,
  standardErrorOf,
} from './figures.mjs';
import { MULTIPLES } from './simulate.mjs';
import { atMultiple } from './simulated-bars.mjs';

const CONFIDENCE_EDGES = [0, 0.65, 0.8, 0.95];

export function simulatedTables(cells) {
  return [
    ['At the dataset’s own size', outcomes(cells)],
    [
      '80 % intervals by distance: coverage in %, bias and mean absolute error in points; a strategy that was not trained, or has not started to learn, has none',
      distances(cells),
    ],
    ['Confidence in the family beside how often it is right or within a point', confidences(cells)],
    ['Strategies measured at the horizon itself: prediction less measurement, points', luck(cells)],
  ];
}

function outcomes(cells) {
  const header = [
    'World',
    'scratch reaches',
    'fine-tune reaches',
    'horizon ÷ reach',
    'Brier',
    'ECE',
    'family regret',
    'always transfer',
    'strategy regret',
    'always fine-tune',
    'difference',
    'stated regret',
    'decided',
  ];
  const rows = cells.map(({ world, budget, runs }) => {
    const own = runs.map((run) => run.own);
    const regrets = own.map(regretsOf);
    const points = (value) => (100 * mean(regrets.map(value))).toFixed(2);
    const more = regrets.map(({ strategy, alwaysFineTune }) => 100 * (strategy - alwaysFineTune));
    const { brier, calibrationError } = probabilityOf(own);
    return [
      `${world} ${budget} s`,
      median(runs.map(({ reach }) => reach.scratch)).toFixed(0),
      median(runs.map(({ reach }) => reach['fine-tune'] ?? 0)).toFixed(0),
      median(runs.map(({ reach, setting }) => setting.horizon / reach.scratch)).toFixed(0),
      brier.toFixed(3),
      calibrationError.toFixed(3),
      points(({ family }) => family),
      points(({ alwaysTransfer }) => alwaysTransfer),
      points(({ strategy }) => strategy),
      points(({ alwaysFineTune }) => alwaysFineTune),
      `${mean(more).toFixed(2)} ± ${standardErrorOf(more).toFixed(2)}`,
      (100 * mean(own.map(({ verdict }) => verdict.expectedRegret))).toFixed(2),
      `${(100 * decidedShare(own)).toFixed(0)} %`,
    ];
  });
  return table(header, rows);
}

function distances(cells) {
  const told = ({ runs, coverage, bias, absolute }, all) => {
    if (runs === 0) return '';
    const figures = `${(100 * coverage).toFixed(0)}, ${signed(100 * bias)}, ${(100 * absolute).toFixed(1)}`;
    return runs === all ? figures : `${figures} (${runs} runs)`;
  };
  const header = ['World', 'Distance', 'frozen', 'fine-tune', 'hybrid', 'scratch', 'gap'];
  const rows = cells.flatMap(({ world, budget, runs }) =>
    [...MULTIPLES, 'own'].map((multiple) => {
      const verdicts = multiple === 'own' ? runs.map(({ own }) => own) : atMultiple(runs, multiple);
      return [
        `${world} ${budget} s`,
        multiple === 'own' ? 'own size' : `${multiple}×`,
        ...['frozen', 'fine-tune', 'hybrid', 'scratch'].map((name) =>
          told(predictionOf(name, verdicts), verdicts.length),
        ),
        told(gapOf(verdicts), verdicts.length),
      ];
    }),
  );
  return table(header, rows);
}

function confidences(cells) {
  const header = ['World', ...CONFIDENCE_EDGES.map((edge) => `from ${edge}`)];
  const rows = cells.map(({ world, budget, runs }) => [
    `${world} ${budget} s`,
    ...confidenceOf(
      runs.map(({ own }) => own),
      CONFIDENCE_EDGES,
    ).map(({ runs: count, stated, right }) =>
      count === 0 ? '' : `${stated.toFixed(2)} stated, ${right.toFixed(2)} right (${count})`,
    ),
  ]);
  return table(header, rows);
}

function luck(cells) {
  const header = ['World', 'Strategy', 'runs', '10 %', 'median', '90 %', 'by over 2 points', 'coverage'];
  const rows = cells.flatMap(({ world, budget, runs }) =>
    ['frozen', 'fine-tune', 'scratch'].flatMap((strategy) => {
      const { verdicts, shifts } = shiftsAtHorizon(
        strategy,
        runs.map(({ own }) => own),
      );
      if (shifts.length < 10) return [];
      const sorted = shifts.map((shift) => 100 * shift).sort((a, b) => a - b);
      const at = (share) => signed(sorted[Math.round(share * (sorted.length - 1))]);
      const far = mean(sorted.map((shift) => (Math.abs(shift) > 2 ? 1 : 0)));
      return [
        [
          `${world} ${budget} s`,
          strategy,
          sorted.length,
          at(0.1),
          at(0.5),
          at(0.9),
          `${(100 * far).toFixed(0)} %`,
          `${(100 * predictionOf(strategy, verdicts).coverage).toFixed(0)} %`,
        ],
      ];
    }),
  );
  return table(header, rows);
}

function signed(value) {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
