import { waitingMarkdown } from '../../src/github/second-workflow.js';
import { nextState, type CommentState } from '../../src/report/comment-state.js';
import { renderComment } from '../../src/report/comment.js';
import { ruleOf } from '../../src/report/digest.js';
import type { Report } from '../../src/report/model.js';
import { underwayComment } from '../../src/report/underway.js';
import type { StrategyName } from '../../src/verdict/model.js';
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
        confidence: 0.91,
        choiceConfidence: 0.9,
        pTransfer: 0.07,
        expectedRegret: 0.002,
        gap: { mean: -0.052, low: -0.081, high: -0.019 },
        crossing: { examples: 1200, low: 900, high: 1700 },
        reasons: ['Measured at 2,098 training images, fine-tuning reaches 76.8 % and scratch 79.4 %.'],
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
        choiceConfidence: 0.8,
        pTransfer: 0.58,
        expectedRegret: 0.003,
        gap: { mean: 0.003, low: -0.006, high: 0.012 },
        crossing: { examples: 11_000, low: 4200, high: null },
        reasons: ['Measured at 2,098 training images, fine-tuning reaches 89.2 % and scratch 87.2 %.'],
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
        confidence: 0.6,
        choiceConfidence: 0.52,
        pTransfer: 0.62,
        expectedRegret: 0.016,
        gap: { mean: 0.028, low: -0.029, high: 0.085 },
        crossing: null,
        reasons: [
          'It leans to fine-tuning (60 % sure of its side), which risks 1.6 points against the best.',
          'Measured at 2,098 training images, fine-tuning reaches 61.0 % and scratch 57.9 %.',
        ],
        nextExperiment: {
          description: 'Train scratch at 2,098 images with another seed.',
          strategy: 'scratch',
          trainExamples: 2098,
          seconds: 360,
          costUsd: 0.04,
          changeProbability: 0.35,
        },
      },
    }),
  ),
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
      reasons: ['There is no measurement of scratch, so the two cannot be compared.'],
    },
  }),
  'sizes-apart': aReport({
    strategies: aReport().strategies.map((strategy) =>
      strategy.name === 'frozen'
        ? strategy
        : {
            ...strategy,
            trainExamples: 262,
            gapToChoice: strategy.gapToChoice && { ...strategy.gapToChoice, trainExamples: 131 },
          },
    ),
    cost: {
      ...aReport().cost!,
      fullRun: aReport().cost!.fullRun.map(({ strategy }) => run(strategy, 0.4, 0)),
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
        `scratch ends ${(best - scratch.percents.at(-1)!).toFixed(1)} points below the best`,
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
