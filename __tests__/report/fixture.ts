import type { CommentContext } from '../../src/report/comment.js';
import type { Report, TrialRecord } from '../../src/report/model.js';
import type { Curve, StrategyName, StrategySummary } from '../../src/verdict/model.js';

/** A report whose every number, class and file is made up; `hybrid` is its choice. */
export function aReport(changes: Partial<Report> = {}): Report {
  return {
    schema: 'headstart/report/v1',
    status: 'complete',
    statusReason: null,
    createdAt: '2026-01-02T03:04:05.000Z',
    verdict: {
      family: 'transfer',
      choice: 'hybrid',
      leaning: 'hybrid',
      confidence: 0.94,
      choiceConfidence: 0.71,
      pTransfer: 0.97,
      expectedRegret: 0.004,
      horizon: 8400,
      gap: { mean: 0.197, low: 0.15, high: 0.244 },
      crossing: { examples: 31_000, low: 12_000, high: null },
      reasons: [
        'Transfer is ahead by 19.7 points at 2,098 training images.',
        'The smallest class, `foil`, has 61 images.',
      ],
      nextExperiment: {
        description: 'Train hybrid and fine-tune with 3 more seeds each.',
        strategy: 'fine-tune',
        trainExamples: 2098,
        seconds: 372,
        costUsd: 0.04,
        changeProbability: 0.4,
      },
    },
    strategies: [
      summary('frozen', 'joined depths', [0.781, 0.738, 0.818], [0.809, 0.78, 0.83], -0.044, 0.02),
      summary('fine-tune', 'lp-ft', [0.831, 0.792, 0.865], [0.881, 0.84, 0.91], 0.006, 0.058),
      summary('hybrid', 'gradual unfreezing', [0.825, 0.785, 0.859], [0.87, 0.83, 0.9], null, 0.041),
      summary('scratch', 'small net', [0.628, 0.58, 0.674], [0.779, 0.68, 0.84], -0.197, 0.149),
    ],
    curves: [
      curve('frozen', 'joined depths', [60.3, 66.8, 71.5, 75.2, 78.1], [80.9, 78, 83]),
      curve('fine-tune', 'lp-ft', [55.9, 65.2, 72.6, 78.4, 83.1], [88.1, 84, 91]),
      curve('hybrid', 'gradual unfreezing', [58.1, 66, 72.4, 78, 82.5], [87, 83, 90]),
      curve('scratch', 'small net', [24, 31.2, 41.5, 52.7, 62.8], [77.9, 68, 84]),
    ],
    scorecard: {
      data: {
        measured: '350 images a class on average, 61 in the smallest; scratch overfits by 14.9 points',
        pushes: 'transfer',
        strength: 'strong',
        values: { meanPerClass: 350, smallest: 61 },
      },
      computeAndTime: entry('26 min against 95 min for less accuracy', 'transfer', 'moderate'),
      flexibility: entry('standard architecture; the input size comes with the backbone', 'neither', 'none'),
      performance: entry('+19.7 points now, +9.1 at 8,400 images', 'transfer', 'weak'),
      overfitting: entry('4.1 against 14.9 points between train and test', 'transfer', 'moderate'),
    },
    cost: {
      horizon: 8400,
      hardware: 'this runner',
      hourlyCostUsd: 0.36,
      source: 'a price list, January 2026',
      fullRun: [
        run('frozen', 360, 0.04),
        run('fine-tune', 2280, 0.23),
        run('hybrid', 1560, 0.16),
        run('scratch', 5700, 0.57),
      ],
      probe: { seconds: 292, trials: 38, usd: 0.03 },
    },
    dataset: {
      name: 'recycling',
      path: 'data',
      origin: 'manifest data/recycling.headstart.yaml',
      samples: 2895,
      classes: 3,
      perClass: { cardboard: 1600, glass: 1234, foil: 61 },
      splits: { train: 2098, test: 392, method: 'the manifest’s own' },
      sampled: 2490,
      metric: 'accuracy',
      license: 'CC-BY-4.0',
      unreadable: 2,
    },
    classes: [
      {
        name: 'cardboard',
        train: 498,
        test: 98,
        recall: { hybrid: 0.9, scratch: 0.76 },
        confusedWith: 'glass',
      },
      { name: 'glass', train: 455, test: 84, recall: { hybrid: 0.85, scratch: 0.63 }, confusedWith: null },
      { name: 'foil', train: 61, test: 19, recall: { hybrid: 0.58, scratch: 0.26 }, confusedWith: 'glass' },
    ],
    findings: [
      {
        id: 'tiny-class',
        severity: 'info',
        effect: 'informs',
        message: 'Class `foil` has 61 images, 26 times fewer than `cardboard`.',
        remedy: 'Collect more of it first.',
        count: 1,
        evidence: ['foil'],
      },
      {
        id: 'leak-exact',
        severity: 'error',
        effect: 'weakens',
        message: '14 images are in both train and test.',
        remedy: 'Keep each in one split.',
        count: 14,
        evidence: ['test/glass/0412.jpg = train/glass/0031.jpg', 'test/foil/1.jpg', 'a.jpg', 'b.jpg'],
      },
    ],
    controls: {
      largestClass: { accuracy: 0.241 },
      shuffledLabels: { accuracy: 0.312, chance: 0.333, low: 0.28, high: 0.35, passed: true },
    },
    recipe: {
      schema: 'headstart/recipe/v1',
      strategy: 'hybrid',
      variant: 'gradual unfreezing',
      backbone: 'embedded',
      input: { size: 64, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], channels: 'rgb' },
      optimizer: {
        name: 'SGD with Nesterov momentum',
        momentum: 0.9,
        weightDecay: 0.0005,
        batch: 32,
        labelSmoothing: 0.1,
      },
      stages: [
        { name: 'head', epochs: 3, schedule: 'constant', blockRates: [0, 0, 0], headRate: 0.003 },
        { name: 'last block', epochs: 8, schedule: 'one-cycle', blockRates: [0, 0, 0.001], headRate: 0.002 },
      ],
      augmentation: { flip: false, shiftPixels: 4, scale: 0.15, shear: 0.1, brightness: 0.1 },
      penalty: null,
      notes: ['Flips cost 3.1 points here.'],
    },
    receipt: {
      versions: { headstart: '0.0.0', node: '24.0.0' },
      engine: { name: 'wasm', version: '0.0.0', reason: 'tfjs-node is not installed', workers: 2 },
      backbone: { name: 'embedded', sha256: '0'.repeat(64), data: 'a made-up source' },
      seeds: [11, 12, 13],
      settings: { budgetSeconds: 300 },
      machine: { cpu: 'a processor', cores: 2, memoryGb: 7, os: 'linux', node: '24.0.0' },
      trials: [trial('scratch', 11), { ...trial('hybrid', 12), status: 'failed', error: 'out of memory' }],
      seconds: { total: 292, data: 4.2 },
      effort: {
        frozen: { settingsTried: 8, trials: 15, imagePasses: 4196, seconds: 21 },
        scratch: { settingsTried: 6, trials: 10, imagePasses: 251_760, seconds: 140 },
      },
    },
    ...changes,
  };
}

export const aContext: CommentContext = {
  key: 'default',
  headSha: '0123456789abcdef0123456789abcdef01234567',
  repository: 'octo-org/shapes',
  runUrl: 'https://github.com/octo-org/shapes/actions/runs/42',
  serverUrl: 'https://github.com',
  previous: null,
  listens: false,
};

/** The states that a comment can be in, each with the report that leads to it. */
export const states: Record<string, Report> = {
  decided: aReport(),
  scratch: aReport({
    verdict: {
      ...aReport().verdict!,
      family: 'scratch',
      choice: 'scratch',
      leaning: 'scratch',
      gap: { mean: -0.052, low: -0.081, high: -0.019 },
      crossing: null,
    },
  }),
  equivalent: aReport({
    findings: [],
    verdict: {
      ...aReport().verdict!,
      family: 'equivalent',
      choice: 'frozen',
      leaning: 'frozen',
      confidence: 0.86,
      gap: { mean: 0.003, low: -0.006, high: 0.012 },
      crossing: null,
      nextExperiment: null,
    },
  }),
  inconclusive: aReport({
    findings: [],
    verdict: {
      ...aReport().verdict!,
      family: 'inconclusive',
      choice: null,
      leaning: 'fine-tune',
      confidence: 0.6,
      pTransfer: 0.62,
      expectedRegret: 0.016,
      gap: { mean: 0.028, low: -0.029, high: 0.085 },
      crossing: null,
    },
  }),
  'one-sided': aReport({
    statusReason: 'The budget ended before both families were measured once: give it more time.',
    findings: [],
    recipe: null,
    strategies: aReport().strategies.filter(({ name }) => name === 'frozen'),
    curves: aReport().curves.filter(({ strategy }) => strategy === 'frozen'),
    verdict: {
      ...aReport().verdict!,
      family: 'inconclusive',
      choice: null,
      leaning: 'frozen',
      confidence: 0.5,
      pTransfer: 0.5,
      gap: null,
      crossing: null,
    },
  }),
  stopped: nothingMeasured({
    status: 'stopped',
    statusReason: '212 of 420 test images are also in train, so no score would mean anything.',
    findings: [
      {
        id: 'leak-exact',
        severity: 'error',
        effect: 'blocks',
        message: '212 images are in both train and test.',
        remedy: 'Keep each in one split.',
        count: 212,
        evidence: ['test/1.png = train/1.png'],
      },
    ],
  }),
  failed: nothingMeasured({
    status: 'failed',
    statusReason: '3 of 3 workers ran out of memory. Try `workers: 1`.',
    dataset: null,
    findings: [],
  }),
  partial: aReport({ status: 'partial', statusReason: 'The job was cancelled after 2 min.' }),
};

function nothingMeasured(changes: Partial<Report>): Report {
  return aReport({
    verdict: null,
    strategies: [],
    curves: [],
    scorecard: null,
    cost: null,
    classes: [],
    controls: null,
    recipe: null,
    receipt: null,
    ...changes,
  });
}

type Three = [mean: number, low: number, high: number];

function summary(
  name: StrategyName,
  variant: string,
  [mean, low, high]: Three,
  predicted: Three,
  gap: number | null,
  overfitGap: number,
): StrategySummary {
  return {
    name,
    variant,
    accuracy: { mean, low, high },
    trainExamples: 2098,
    predicted: { mean: predicted[0], low: predicted[1], high: predicted[2] },
    macroF1: mean - 0.01,
    trainSeconds: 21,
    converged: name !== 'scratch',
    overfitGap,
    gapToChoice: gap === null ? null : { mean: gap, low: gap - 0.02, high: gap + 0.02, trainExamples: 2098 },
    pBest: 0.25,
    trials: 9,
  };
}

function curve(strategy: StrategyName, variant: string, percents: number[], predicted: Three): Curve {
  const sizes = [131, 262, 524, 1049, 2098];
  return {
    strategy,
    variant,
    measured: percents.map((percent, index) => ({
      trainExamples: sizes[index],
      mean: percent / 100,
      low: percent / 100 - 0.03,
      high: percent / 100 + 0.03,
      trials: 3,
    })),
    predicted: [
      {
        trainExamples: 8400,
        mean: predicted[0] / 100,
        low: predicted[1] / 100,
        high: predicted[2] / 100,
        trials: 0,
      },
    ],
    forms: { power: 0.7, logistic: 0.3 },
  };
}

function entry(
  measured: string,
  pushes: 'transfer' | 'scratch' | 'neither',
  strength: 'strong' | 'moderate' | 'weak' | 'none',
): NonNullable<Report['scorecard']>['data'] {
  return { measured, pushes, strength, values: {} };
}

function run(
  strategy: StrategyName,
  seconds: number,
  usd: number,
): NonNullable<Report['cost']>['fullRun'][0] {
  return {
    strategy,
    seconds: { mean: seconds, low: seconds / 2, high: seconds * 2 },
    usd: { mean: usd, low: usd / 2, high: usd * 2 },
    kwh: 0.01,
    kgCo2: null,
  };
}

function trial(strategy: StrategyName, seed: number): TrialRecord {
  return {
    strategy,
    variant: 'a variant',
    trainExamples: 131,
    seed,
    epochs: 4,
    rates: [0.01, 0.03],
    rate: 0.03,
    flip: false,
    seconds: 3.4,
    status: 'done',
  };
}
