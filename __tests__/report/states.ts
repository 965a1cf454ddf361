import { waitingMarkdown } from '../../src/github/workflows.js';
import { nextState, type CommentState } from '../../src/report/comment-state.js';
import { renderComment } from '../../src/report/render/comment.js';
import { ruleOf } from '../../src/report/snapshot.js';
import type { Report } from '../../src/report/types.js';
import { underwayComment } from '../../src/report/render/underway.js';
import type { Curve, StrategyName, StrategySummary } from '../../src/verdict/types.js';
import { aContext, aReport, curve, entry, run, summary, type Three } from './fixture.js';

const ALARM =
  'Test images were seen in training: with shuffled labels a linear probe should be right on 20.3 % of them by chance, and is on 28.7 %.';

/** Reports that lead to different comments; like the fixture, made up to the last number. */
export const reports: Record<string, Report> = {
  decided: aReport(),
  scratch: notCompared(
    aReport({
      ...measured('scratch', [
        row('scratch', [30.1, 41.5, 55.2, 68.9, 79.4], [90.6, 87, 93], null, 4.4),
        row('fine-tune', [41.2, 50.3, 60.2, 69.0, 76.8], [85.4, 82, 88], -2.6, 6.1),
        row('hybrid', [40.9, 50.0, 59.1, 67.7, 75.2], [84.1, 80, 87], -4.2, 5.2),
        row('frozen', [43.5, 49.6, 55.8, 60.7, 64.1], [69.9, 66, 73], -15.3, 2.2),
      ]),
      findings: [],
      verdict: {
        ...aReport().verdict!,
        family: 'scratch',
        choice: 'scratch',
        leaning: 'scratch',
        confidence: 0.95,
        claim: 0.95,
        choiceConfidence: 0.94,
        pTransfer: 0.07,
        expectedRegret: 0.002,
        gap: { mean: -0.052, low: -0.081, high: -0.019 },
        contender: 'fine-tune',
        crossing: { examples: 1200, low: 900, high: 1700 },
        reasons: ['At 2,098 training images, fine-tuning reached 76.8 % and scratch reached 79.4 %.'],
        nextExperiment: null,
      },
    }),
  ),
  equivalent: notCompared(
    aReport({
      ...measured('frozen', [
        row('frozen', [70.2, 76.9, 82.0, 85.8, 88.9], [92.1, 90, 94], null, 2.1),
        row('fine-tune', [66.4, 74.8, 81.3, 85.9, 89.2], [92.4, 90, 94], 0.3, 5.0),
        row('hybrid', [67.1, 75.0, 81.1, 85.6, 88.7], [92.0, 89, 94], -0.2, 3.9),
        row('scratch', [47.0, 58.8, 70.9, 80.6, 87.2], [91.8, 88, 94], -1.7, 7.2),
      ]),
      findings: [],
      verdict: {
        ...aReport().verdict!,
        family: 'equivalent',
        choice: 'frozen',
        leaning: 'frozen',
        confidence: 0.86,
        claim: 0.86,
        choiceConfidence: 0.8,
        pTransfer: 0.62,
        expectedRegret: 0.005,
        gap: { mean: 0.006, low: -0.005, high: 0.016 },
        contender: 'fine-tune',
        crossing: { examples: 11_000, low: 4200, high: null },
        reasons: ['At 2,098 training images, fine-tuning reached 89.2 % and scratch reached 87.2 %.'],
        nextExperiment: null,
      },
    }),
  ),
  inconclusive: notCompared(
    aReport({
      ...measured(null, [
        row('fine-tune', [32.4, 40.6, 48.0, 55.1, 61.0], [69.8, 64, 75], null, 12.0),
        row('hybrid', [33.0, 40.2, 47.4, 54.3, 60.2], [68.9, 63, 74], -0.8, 10.9),
        row('scratch', [25.5, 33.8, 41.9, 50.2, 57.9], [67.0, 59, 74], -3.1, 14.2),
        row('frozen', [35.9, 41.8, 46.6, 50.8, 54.1], [59.6, 56, 63], -6.9, 5.3),
      ]),
      findings: [],
      recipe: null,
      verdict: {
        ...aReport().verdict!,
        family: 'inconclusive',
        choice: null,
        leaning: 'fine-tune',
        confidence: 0.66,
        claim: 0.64,
        choiceConfidence: 0.52,
        pTransfer: 0.62,
        expectedRegret: 0.016,
        gap: { mean: 0.028, low: -0.029, high: 0.085 },
        contender: 'fine-tune',
        crossing: null,
        reasons: ['At 2,098 training images, fine-tuning reached 61.0 % and scratch reached 57.9 %.'],
        nextExperiment: {
          description: 'Train from scratch with 8,000 images',
          strategy: 'scratch',
          trainExamples: 8000,
          seconds: 5700,
          costUsd: 0.57,
          changeProbability: 0.35,
        },
      },
    }),
  ),
  'one-sided': aReport({
    statusReason: 'The budget ended before both families were measured once: give it more time.',
    findings: [],
    recipe: null,
    strategies: aReport()
      .strategies.filter(({ name }) => name === 'frozen')
      .map((strategy) => ({ ...strategy, atCommonSize: null, gapToChoice: null })),
    curves: aReport().curves.filter(({ strategy }) => strategy === 'frozen'),
    verdict: {
      ...aReport().verdict!,
      family: 'inconclusive',
      choice: null,
      leaning: 'frozen',
      confidence: 0.5,
      claim: 0.5,
      pTransfer: 0.5,
      gap: null,
      contender: null,
      extrapolation: null,
      commonSize: null,
      crossing: null,
      reasons: ['Scratch was not measured, so the two sides cannot be compared.'],
      nextExperiment: {
        description: 'Train from scratch with 2,098 images, to have something to compare with',
        strategy: 'scratch',
        trainExamples: 2098,
        seconds: null,
        costUsd: null,
        changeProbability: null,
      },
    },
  }),
  'sizes-apart': aReport({
    ...measuredUpTo(262, (name) => name !== 'frozen'),
    recipe: { ...aReport().recipe!, expected: null },
    scorecard: {
      ...aReport().scorecard!,
      performance: entry(
        'the 8,000 images of the full run are too far beyond what was measured to state a gap',
        'transfer',
        'moderate',
      ),
    },
    verdict: {
      ...aReport().verdict!,
      extrapolation: 8000 / 262,
      commonSize: 262,
      reasons: ['At 262 training images, the frozen network reached 66.8 % and scratch reached 31.2 %.'],
    },
    cost: {
      ...aReport().cost!,
      fullRun: aReport().cost!.fullRun.map(({ strategy }) => run(strategy, 0.4, 0)),
    },
  }),
  'wide-intervals': aReport({
    ...measuredUpTo(1049, (name) => name !== 'frozen'),
    verdict: {
      ...aReport().verdict!,
      network: { backbone: 'mobilenet_v1_0.25_224', size: 224 },
      extrapolation: 8000 / 1049,
      commonSize: 1049,
      reasons: ['At 1,049 training images, fine-tuning reached 78.4 % and scratch reached 52.7 %.'],
    },
  }),
  'not-learning': aReport({
    strategies: aReport().strategies.map((strategy) =>
      strategy.name === 'scratch'
        ? {
            ...strategy,
            learning: false,
            predicted: null,
            accuracy: { mean: 0.338, low: 0.308, high: 0.368 },
            atCommonSize: { mean: 0.338, low: 0.308, high: 0.368 },
          }
        : strategy,
    ),
    curves: aReport().curves.map((one) =>
      one.strategy === 'scratch'
        ? { ...curve('scratch', 'small net', [33.1, 32.8, 33.5, 33.2, 33.8], [0, 0, 0]), predicted: [] }
        : one,
    ),
    scorecard: {
      ...aReport().scorecard!,
      performance: entry(
        'one side has not started to learn, so there is no gap to report yet',
        'transfer',
        'strong',
      ),
    },
    verdict: {
      ...aReport().verdict!,
      confidence: 0.95,
      claim: 0.95,
      pTransfer: 0.95,
      crossing: null,
      reasons: [
        'At 2,098 images scratch has not started to learn; at the same size fine-tuning is 49.3 points ahead.',
      ],
      nextExperiment: {
        description: 'Train from scratch with 8,000 images',
        strategy: 'scratch',
        trainExamples: 8000,
        seconds: 5700,
        costUsd: 0.57,
        changeProbability: null,
      },
    },
  }),
  'measured-at-full-size': aReport({
    strategies: aReport().strategies.map((strategy) => ({ ...strategy, predicted: strategy.accuracy })),
    scorecard: {
      ...aReport().scorecard!,
      performance: entry(
        'at 2,098 images fine-tuning ends about 20 points above scratch (17 to 23): measured, not predicted',
        'transfer',
        'strong',
      ),
    },
    curves: aReport().curves.map((one) => ({ ...one, predicted: [] })),
    verdict: {
      ...aReport().verdict!,
      choice: 'fine-tune',
      leaning: 'fine-tune',
      contender: 'fine-tune',
      horizon: 2098,
      extrapolation: 1,
      gap: { mean: 0.202, low: 0.173, high: 0.231 },
      crossing: null,
      nextExperiment: null,
    },
  }),
  stopped: nothingMeasured({
    status: 'stopped',
    baseline: {
      ...aReport().baseline!,
      sameConditions: false,
      commonTest: 0,
      differences: [],
      noise: null,
      verdictChanged: null,
    },
    statusReason: '212 of 420 test images are also in train.',
    findings: [
      {
        id: 'leak-exact',
        severity: 'error',
        effect: 'blocks',
        message: '212 of 420 test images are also in train.',
        remedy: 'Keep each image on one side: take the copies out of train.',
        count: 212,
        evidence: ['test/glass/0412.jpg = train/glass/0031.jpg', 'test/1.png = train/1.png'],
        places: [{ file: 'data/test/glass/0412.jpg' }, { file: 'data/test/1.png' }],
      },
      ...aReport().findings.filter(({ id }) => id === 'tiny-class'),
    ],
  }),
  withheld: nothingMeasured({
    status: 'stopped',
    statusReason: ALARM,
    controls: {
      largestClass: { accuracy: 0.241 },
      shuffledLabels: { accuracy: 0.287, chance: 0.203, high: 0.221, deals: 40, passed: false },
    },
    findings: [
      {
        id: 'shuffled-labels',
        severity: 'error',
        effect: 'blocks',
        message: ALARM,
        remedy:
          'Remove the copies, also those whose files have other names or other bytes, and measure again.',
        count: 44,
        evidence: ['test/glass/0412.png = train/glass/0031.jpg'],
        places: [{ file: 'data/test/glass/0412.png' }],
      },
    ],
  }),
  failed: notCompared(
    nothingMeasured({
      status: 'failed',
      statusReason: '3 of 3 workers ran out of memory. Try `workers: 1`.',
      dataset: null,
      findings: [],
    }),
  ),
  partial: aReport({ status: 'partial', statusReason: 'The job was cancelled after 2 min.' }),
  unchanged: nothingMeasured({
    status: 'unchanged',
    change: {
      ...aReport().change!,
      before: 2895,
      added: 0,
      removed: 0,
      relabelled: [],
      moved: [],
      testChanged: false,
    },
    statusReason: 'The pull request does not change the data.',
    findings: [],
    baseline: {
      ...aReport().baseline!,
      base: {
        ...aReport().baseline!.base,
        choice: 'hybrid',
        leaning: 'hybrid',
        confidence: 0.94,
        accuracy: 0.825,
      },
      verdictChanged: false,
      differences: [],
      noise: null,
    },
  }),
};

/** What the comment remembered before. */
const history: CommentState = {
  rule: ruleOf(aReport().receipt!.backbone.sha256),
  head: 'f'.repeat(40),
  verdicts: [
    { family: 'inconclusive', choice: null, confidence: 0.6 },
    { family: 'transfer', choice: 'frozen', confidence: 0.88 },
  ],
  reasons: [],
};
const context = { ...aContext, previous: history, listens: true };
const next = '89abcdef0123456789abcdef0123456789abcdef';

export interface State {
  /** What leads to it, for the list of samples. */
  when: string;
  markdown: string;
}

/** The nine states of the comment, each as it is posted. */
export const states: Record<string, State> = {
  running: {
    when: 'A command asked for a first measurement, and it is under way. A push writes no comment before it has a result: its check run tells the progress.',
    markdown: underwayComment(null, aContext.key, {
      headSha: aContext.headSha!,
      progress: { done: 14, total: 38, secondsLeft: 170, soFar: 'transfer, 88 % sure' },
    }),
  },
  decided: {
    when: 'One side is ahead. The pull request changed the data, so the verdict of the base stands beside it.',
    markdown: renderComment(reports['decided'], context),
  },
  equivalent: {
    when: 'Transfer and scratch lie within a point of each other: the cheapest strategy is taken.',
    markdown: renderComment(reports['equivalent'], context),
  },
  inconclusive: {
    when: 'Neither side is ahead surely enough; the next experiment is named.',
    markdown: renderComment(reports['inconclusive'], context),
  },
  stopped: {
    when: 'A finding in the data makes every score meaningless: nothing was trained.',
    markdown: renderComment(reports['stopped'], context),
  },
  unchanged: {
    when: 'The pull request does not change the data (any more). Without an earlier comment none is written.',
    markdown: renderComment(reports['unchanged'], context),
  },
  'fork-waiting': {
    when: 'A run from a fork may not post. This line stands in its job summary.',
    markdown: `${waitingMarkdown('listening', 'Headstart')}\n`,
  },
  'out-of-date': {
    when: 'A newer commit is being measured. The older verdict stays below the line.',
    markdown: underwayComment(renderComment(reports['decided'], context), aContext.key, {
      headSha: next,
      progress: null,
    }),
  },
  failed: {
    when: 'The run ended with an error.',
    markdown: renderComment(reports['failed'], {
      ...context,
      previous: nextState(history, next, reports['failed']),
    }),
  },
};

/** The fixture as if some strategies had been measured only up to a size. */
function measuredUpTo(
  size: number,
  stopped: (name: StrategyName) => boolean,
): Pick<Report, 'strategies' | 'curves'> {
  const { strategies, curves } = aReport();
  const curveOf = (name: StrategyName) => curves.find(({ strategy }) => strategy === name)!;
  const cut = (one: Curve): Curve =>
    stopped(one.strategy)
      ? { ...one, measured: one.measured.filter(({ trainExamples }) => trainExamples <= size) }
      : one;
  const summaryUpTo = (one: StrategySummary): StrategySummary => {
    const point = curveOf(one.name).measured.find(({ trainExamples }) => trainExamples === size)!;
    const atCommonSize = { mean: point.mean, low: point.low, high: point.high };
    const gap =
      point.mean - curveOf('hybrid').measured.find(({ trainExamples }) => trainExamples === size)!.mean;
    const gapToChoice = one.gapToChoice && {
      mean: gap,
      low: gap - 0.02,
      high: gap + 0.02,
      trainExamples: size,
    };
    return stopped(one.name)
      ? { ...one, accuracy: atCommonSize, atCommonSize, trainExamples: size, gapToChoice }
      : { ...one, atCommonSize, gapToChoice };
  };
  return { strategies: strategies.map(summaryUpTo), curves: curves.map(cut) };
}

/** As on a pull request whose base is not known. */
function notCompared(report: Report): Report {
  const alone = { ...report };
  delete alone.change;
  delete alone.baseline;
  return alone;
}

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

interface Row {
  strategy: StrategyName;
  /** Percent at the five sizes of the fixture. */
  percents: number[];
  predicted: Three;
  /** Points to the first row; null: it is the first. */
  gap: number | null;
  overfit: number;
}

function row(
  strategy: StrategyName,
  percents: number[],
  predicted: Three,
  gap: number | null,
  overfit: number,
): Row {
  return { strategy, percents, predicted, gap, overfit };
}

/** What a report says of strategies that did like this; the recipe and the classes are of the choice. */
function measured(
  choice: StrategyName | null,
  rows: Row[],
): Pick<Report, 'strategies' | 'curves' | 'scorecard' | 'recipe' | 'classes'> {
  const fraction = ([mean, low, high]: Three): Three => [mean / 100, low / 100, high / 100];
  const { recipe, classes } = aReport();
  const scratch = rows.find(({ strategy }) => strategy === 'scratch')!;
  const best = Math.max(...rows.map(({ percents }) => percents.at(-1)!));
  return {
    strategies: rows.map(({ strategy, percents, predicted, gap, overfit }) => {
      const mean = percents.at(-1)!;
      const made = summary(
        strategy,
        'a variant',
        fraction([mean, mean - 3.2, mean + 3.1]),
        fraction(predicted),
        gap === null ? null : gap / 100,
        overfit / 100,
      );
      return { ...made, converged: true };
    }),
    curves: rows.map(({ strategy, percents, predicted }) =>
      curve(strategy, 'a variant', percents, predicted),
    ),
    scorecard: {
      ...aReport().scorecard!,
      performance: entry(
        `the best is ${(best - scratch.percents.at(-1)!).toFixed(1)} points from scratch`,
        'neither',
        'none',
      ),
    },
    recipe: recipe && choice && { ...recipe, strategy: choice },
    classes: classes.map((one) => {
      const { hybrid = null, scratch = null } = one.recall;
      return { ...one, recall: choice === null ? {} : { scratch, [choice]: hybrid } };
    }),
  };
}
