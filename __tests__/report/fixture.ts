import type { CommentContext } from '../../src/report/render/comment.js';
import type { Report, TrialRecord } from '../../src/report/types.js';
import type { Curve, StrategyName, StrategySummary } from '../../src/verdict/types.js';

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
      confidence: 0.95,
      claim: 0.94,
      choiceConfidence: 0.71,
      pTransfer: 0.93,
      expectedRegret: 0.004,
      horizon: 8000,
      network: { backbone: 'embedded', size: 64 },
      gap: { mean: 0.197, low: 0.15, high: 0.244 },
      contender: 'hybrid',
      extrapolation: 8000 / 2098,
      commonSize: 2098,
      crossing: { examples: 31_000, low: 12_000, high: null },
      reasons: [
        'At 2,098 training images, fine-tuning reached 83.1 % and scratch reached 62.8 %.',
        'Scratch did worse with half as many epochs, so training longer may still help.',
      ],
      nextExperiment: {
        description: 'Fine-tune with 8,000 images',
        strategy: 'fine-tune',
        trainExamples: 8000,
        seconds: 2280,
        costUsd: 0.23,
        changeProbability: 0.4,
      },
    },
    strategies: [
      summary('frozen', 'joined depths', [0.781, 0.738, 0.818], [0.809, 0.78, 0.83], -0.044, 0.02),
      summary('fine-tune', 'lp-ft', [0.831, 0.792, 0.865], [0.868, 0.83, 0.9], 0.006, 0.058),
      summary('hybrid', 'gradual unfreezing', [0.825, 0.785, 0.859], [0.87, 0.83, 0.9], null, 0.041),
      summary('scratch', 'small net', [0.628, 0.58, 0.674], [0.673, 0.62, 0.72], -0.197, 0.149),
    ],
    curves: [
      curve('frozen', 'joined depths', [60.3, 66.8, 71.5, 75.2, 78.1], [80.9, 78, 83]),
      curve('fine-tune', 'lp-ft', [55.9, 65.2, 72.6, 78.4, 83.1], [86.8, 83, 90]),
      curve('hybrid', 'gradual unfreezing', [58.1, 66, 72.4, 78, 82.5], [87, 83, 90]),
      curve('scratch', 'small net', [24, 31.2, 41.5, 52.7, 62.8], [67.3, 62, 72]),
    ],
    scorecard: {
      data: {
        measured:
          '8,000 training images, 2,667 per class on average; 61 images in the smallest class; pre-trained features are worth +14.0 points over random ones',
        pushes: 'transfer',
        strength: 'weak',
        values: { perClass: 2667, smallestClass: 61, sourceGain: 0.14 },
      },
      computeAndTime: entry('6 min for the frozen network against 95 min for scratch', 'transfer', 'strong'),
      flexibility: entry('a standard architecture, so the backbone can be used as is', 'neither', 'none'),
      performance: entry(
        'at 8,000 images the hybrid is expected to end about 20 points above scratch (15 to 24)',
        'transfer',
        'moderate',
      ),
      overfitting: entry(
        '4.1 points between training and test for the hybrid, 14.9 for scratch',
        'transfer',
        'strong',
      ),
    },
    cost: {
      horizon: 8000,
      hardware: 'this runner',
      hourlyCostUsd: 0.36,
      source: 'a price list, January 2026',
      fullRun: [
        run('frozen', 360, 0.04),
        run('fine-tune', 2280, 0.23),
        run('hybrid', 1560, 0.16),
        run('scratch', 5700, 0.57),
      ],
      probe: { seconds: 292, trials: 36, usd: 0.03 },
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
        train: 1160,
        test: 216,
        recall: { hybrid: 0.847, scratch: 0.671 },
        confusedWith: 'glass',
      },
      {
        name: 'glass',
        train: 894,
        test: 167,
        recall: { hybrid: 0.808, scratch: 0.593 },
        confusedWith: null,
      },
      { name: 'foil', train: 44, test: 9, recall: { hybrid: 0.556, scratch: 0.222 }, confusedWith: 'glass' },
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
        message: '14 of 392 test images are also in train.',
        remedy: 'Keep each image on one side: take the copies out of train.',
        count: 14,
        evidence: [
          'test/glass/0412.jpg = train/glass/0031.jpg',
          'test/foil/1.jpg = train/foil/9.jpg',
          'a.jpg = b.jpg',
          'c.jpg = d.jpg',
        ],
        places: [
          { file: 'data/test/glass/0412.jpg' },
          { file: 'data/test/foil/1.jpg' },
          { file: 'data/a.jpg' },
          { file: 'data/c.jpg' },
        ],
      },
    ],
    controls: {
      largestClass: { accuracy: 0.551 },
      shuffledLabels: { accuracy: 0.479, chance: 0.486, high: 0.52, deals: 20, passed: true },
    },
    recipe: {
      schema: 'headstart/recipe/v2',
      strategy: 'hybrid',
      variant: 'gradual unfreezing',
      classes: ['foil', 'glass', 'cardboard'],
      metric: 'accuracy',
      input: { size: 64, channels: 'rgb', exif: true, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      network: {
        name: 'embedded',
        layers: [
          {
            name: 'conv1',
            kind: 'plain',
            kernel: 3,
            stride: 2,
            padding: [1, 0],
            inputs: 3,
            outputs: 24,
            activation: 'relu',
            block: 0,
            start: 'pretrained',
            standardized: false,
          },
        ],
        standardization: null,
        head: { inputs: 24, outputs: 3, start: 'linear probe' },
      },
      weights: {
        backbone: 'embedded',
        source: 'dist/weights/embedded.f16',
        sha256: '0'.repeat(64),
        format: 'float16',
        data: 'a made-up source',
      },
      linearProbe: {
        features: ['conv1'],
        penalty: 0.01,
        penalties: [0.1, 0.01],
        deviationFloor: 1e-6,
        search: { images: 1000, evaluations: 30, tolerance: 0.0003 },
        fit: { evaluations: 80, tolerance: 0.0001 },
        history: 10,
        sufficientDecrease: 0.0001,
      },
      training: {
        batch: 32,
        rate: 0.03,
        blockScale: [0.49, 0.7, 1],
        warmup: 0.15,
        momentum: 0.9,
        nesterov: true,
        weightDecay: 0.0005,
        labelSmoothing: 0.1,
        clipNorm: 1,
        unfreezing: { checkpoints: 10, plateau: 0.99, mostCheckpoints: 2 },
        augmentation: { flipProbability: 0, shiftPixels: 4, scale: 0.15, shear: 0.1, brightness: 0.1 },
      },
      fullRun: { images: 8400, heldBack: 0.1, epochs: 10, seed: 0 },
      measuredRun: { images: 2100, heldBack: 0.1, epochs: 16, seed: 0, testImages: 392, accuracy: 0.825 },
      expected: { images: 8400, mean: 0.87, low: 0.83, high: 0.9 },
      definitions: { classes: 'In the order of the outputs.' },
      notes: ['Flips cost 3.1 points here.'],
    },
    receipt: {
      versions: { headstart: '0.0.0', node: '24.0.0' },
      engine: { name: 'wasm', version: '0.0.0', reason: 'tfjs-node is not installed', workers: 2 },
      backbone: { name: 'embedded', sha256: '0'.repeat(64), data: 'a made-up source' },
      seeds: [11, 12, 13],
      settings: { budgetSeconds: 300, size: 64 },
      machine: { cpu: 'a processor', cores: 2, memoryGb: 7, os: 'linux', node: '24.0.0' },
      trials: [trial('scratch', 11), { ...trial('hybrid', 12), status: 'failed', error: 'out of memory' }],
      seconds: { total: 292, data: 4.2 },
      effort: {
        frozen: { settingsTried: 8, trials: 15, imagePasses: 4196, seconds: 21 },
        scratch: { settingsTried: 6, trials: 10, imagePasses: 251_760, seconds: 140 },
      },
    },
    change: {
      base: 'b'.repeat(40),
      before: 2520,
      now: 2895,
      added: 412,
      removed: 37,
      edited: 0,
      renamed: 0,
      relabelled: [
        { from: 'glass', to: 'cardboard', count: 15 },
        { from: 'cardboard', to: 'foil', count: 8 },
      ],
      moved: [{ from: 'test', to: 'train', count: 6 }],
      regrouped: 0,
      settings: false,
      testChanged: true,
    },
    baseline: {
      from: 'check run',
      base: {
        createdAt: '2026-01-01T03:04:05.000Z',
        family: 'transfer',
        choice: 'frozen',
        leaning: 'frozen',
        confidence: 0.88,
        accuracy: 0.764,
        conditions: 'the same',
      },
      sameConditions: true,
      commonTest: 371,
      differences: [
        difference('frozen', 0.011, 0.016),
        difference('hybrid', 0.024, 0.019),
        difference('scratch', 0.046, 0.027),
      ],
      noise: 0.021,
      verdictChanged: true,
    },
    ...changes,
  };
}

/** As of a run that was started by a command. */
export function startedBy(command: string[], report = aReport()): Report {
  return { ...report, receipt: report.receipt && { ...report.receipt, command } };
}

export const aContext: CommentContext = {
  key: 'default',
  backbone: null,
  headSha: '0123456789abcdef0123456789abcdef01234567',
  repository: 'octo-org/shapes',
  runUrl: 'https://github.com/octo-org/shapes/actions/runs/42',
  serverUrl: 'https://github.com',
  previous: null,
  listens: false,
};

export type Three = [mean: number, low: number, high: number];

export function summary(
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
    learning: true,
    atCommonSize: { mean, low, high },
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

export function curve(strategy: StrategyName, variant: string, percents: number[], predicted: Three): Curve {
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
        trainExamples: 8000,
        mean: predicted[0] / 100,
        low: predicted[1] / 100,
        high: predicted[2] / 100,
        trials: 0,
      },
    ],
    forms: { power: 0.7, logistic: 0.3 },
  };
}

function difference(
  strategy: StrategyName,
  mean: number,
  half: number,
): NonNullable<Report['baseline']>['differences'][0] {
  return { strategy, trainExamples: 2098, baseExamples: 1980, mean, low: mean - half, high: mean + half };
}

export function entry(
  measured: string,
  pushes: 'transfer' | 'scratch' | 'neither',
  strength: 'strong' | 'moderate' | 'weak' | 'none',
): NonNullable<Report['scorecard']>['data'] {
  return { measured, pushes, strength, values: {} };
}

export function run(
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
