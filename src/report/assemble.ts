import type { DataChange } from '../data/change.js';
import type { Dataset } from '../data/dataset.js';
import { DEFAULT_PIXELS } from '../engine/network.js';
import { armOf } from '../probe/plan.js';
import type { TrialEnd } from '../probe/schedule.js';
import type { ProbeState } from '../probe/state.js';
import { augmentationFor, COMMON, epochsFor } from '../strategy/recipe.js';
import { trainedStrategy } from '../strategy/run.js';
import type { TrialContext } from '../strategy/trial.js';
import type { Analysis, StrategyName } from '../verdict/model.js';
import { compareWithBase, type BaselineSource } from './compare.js';
import type { VerdictDigest } from './digest.js';
import type { ClassResult, DatasetSummary, Recipe, Report, ReportStatus } from './model.js';
import { receiptOf, type RunFacts } from './receipt.js';

/** What was found out about a dataset before it was measured. */
export interface Comparison {
  change: DataChange | null;
  /** Digest of the images as the commit has them; null: they are not in git. */
  data: string | null;
  base: { digest: VerdictDigest; from: BaselineSource } | null;
}

/** Joins a probe's state and its analysis into the report. */
export function assembleReport(
  state: ProbeState,
  analysis: Analysis | null,
  status: ReportStatus,
  statusReason: string | null,
  facts: RunFacts,
  comparison: Comparison | null = null,
  digest: VerdictDigest | null = null,
): Report {
  return {
    schema: 'headstart/report/v1',
    status,
    statusReason,
    createdAt: facts.createdAt,
    verdict: analysis?.verdict ?? null,
    strategies: analysis?.strategies ?? [],
    curves: analysis?.curves ?? [],
    scorecard: analysis?.scorecard ?? null,
    cost: analysis === null ? null : { ...analysis.cost, probe: probeCost(state, analysis, facts) },
    dataset: datasetSummary(state, facts.path),
    classes: classResults(state, analysis),
    findings: state.findings,
    controls: state.controls,
    recipe: analysis?.verdict.choice == null ? null : recipeOf(state, analysis, analysis.verdict.choice),
    receipt: receiptOf(state, facts),
    ...against(comparison, digest),
  };
}

/** A report of a dataset that the pull request does not touch: nothing was measured. */
export function unchangedReport(
  dataset: Dataset,
  { path, createdAt }: Pick<RunFacts, 'path' | 'createdAt'>,
  comparison: Comparison,
): Report {
  return {
    schema: 'headstart/report/v1',
    status: 'unchanged',
    statusReason: 'The pull request does not change the data.',
    createdAt,
    verdict: null,
    strategies: [],
    curves: [],
    scorecard: null,
    cost: null,
    dataset: {
      ...summaryOf(dataset, path),
      splits: { train: 0, test: 0, method: 'not dealt' },
      sampled: 0,
      metric: dataset.metric ?? 'accuracy',
      unreadable: 0,
    },
    classes: [],
    findings: [],
    controls: null,
    recipe: null,
    receipt: null,
    ...against(comparison, null),
  };
}

function against(
  comparison: Comparison | null,
  now: VerdictDigest | null,
): Pick<Report, 'change' | 'baseline'> {
  if (comparison === null) return {};
  const { change, base } = comparison;
  return {
    ...(change === null ? {} : { change }),
    ...(base === null ? {} : { baseline: compareWithBase(now, base.digest, base.from) }),
  };
}

/** A report of recorded measurements: there is no dataset, no data to check and nothing that ran. */
export function reportOfAnalysis(analysis: Analysis, createdAt: string): Report {
  return {
    schema: 'headstart/report/v1',
    status: 'complete',
    statusReason: null,
    createdAt,
    ...analysis,
    dataset: null,
    classes: [],
    findings: [],
    controls: null,
    recipe: null,
    receipt: null,
  };
}

/** Of all machines together: wall clock, and what those beside the slowest took. */
function probeCost(
  state: ProbeState,
  analysis: Analysis,
  { shards = [] }: RunFacts,
): { seconds: number; trials: number; usd: number } {
  const each = shards.map((shard) => shard.seconds);
  const beside = each.reduce((sum, seconds) => sum + seconds, 0) - Math.max(0, ...each);
  const seconds = (state.seconds['all'] ?? 0) + beside;
  const trials = state.ends.filter(({ carriedFrom }) => carriedFrom === undefined).length;
  return { seconds, trials, usd: (seconds / 3600) * analysis.cost.hourlyCostUsd };
}

/** The dataset as it was read; `path` as the user gave it. */
export function datasetSummary(state: ProbeState, path: string): DatasetSummary {
  const { dataset, samples, train, test, splitMethod, metric, unreadable } = state;
  return {
    ...summaryOf(dataset, path),
    splits: { train: train.length, test: test.length, method: splitMethod },
    sampled: samples.length - state.unread,
    metric,
    unreadable: unreadable.length,
  };
}

/** What the listing alone says. */
function summaryOf(
  dataset: Dataset,
  path: string,
): Pick<DatasetSummary, 'name' | 'path' | 'origin' | 'samples' | 'classes' | 'perClass' | 'license'> {
  const perClass = dataset.classes.map(() => 0);
  for (const { label } of dataset.samples) perClass[label]++;
  return {
    name: dataset.name,
    path,
    origin:
      dataset.origin.file === null ? dataset.origin.kind : `${dataset.origin.kind} ${dataset.origin.file}`,
    samples: dataset.samples.length,
    classes: dataset.classes.length,
    perClass: Object.fromEntries(dataset.classes.map((name, k) => [name, perClass[k]])),
    license: dataset.license,
  };
}

/** Recall of each class by each strategy's last trial at its largest size. */
function classResults(state: ProbeState, analysis: Analysis | null): ClassResult[] {
  const { dataset, samples, train, test } = state;
  const labels = Array.from(test, (row) => samples[row].label);
  const last = new Map(
    (analysis?.strategies ?? []).flatMap(({ name, variant }) => {
      const predicted = largestTrial(state.ends, name, variant);
      return predicted === null ? [] : [[name, predicted] as const];
    }),
  );
  const pick = analysis?.verdict.choice ?? analysis?.strategies[0]?.name;
  return dataset.classes.map((name, k) => {
    const own = labels.flatMap((label, i) => (label === k ? [i] : []));
    const recall = [...last].map(([strategy, predicted]) => [
      strategy,
      own.length === 0 ? null : own.filter((i) => predicted[i] === k).length / own.length,
    ]);
    return {
      name,
      train: train.filter((row) => samples[row].label === k).length,
      test: own.length,
      recall: Object.fromEntries(recall) as ClassResult['recall'],
      confusedWith: confusedWith(dataset.classes, k, own, pick === undefined ? undefined : last.get(pick)),
    };
  });
}

function largestTrial(ends: readonly TrialEnd[], strategy: StrategyName, variant: string): Int32Array | null {
  let best: { examples: number; predicted: Int32Array } | null = null;
  for (const end of ends) {
    if (!('result' in end) || end.spec.strategy !== strategy || end.spec.variant !== variant) continue;
    if (best === null || end.spec.trainExamples >= best.examples) {
      best = { examples: end.spec.trainExamples, predicted: end.result.predicted };
    }
  }
  return best?.predicted ?? null;
}

function confusedWith(classes: string[], own: number, rows: number[], predicted?: Int32Array): string | null {
  const counts = classes.map(() => 0);
  for (const i of rows) if (predicted !== undefined && predicted[i] !== own) counts[predicted[i]]++;
  const most = Math.max(0, ...counts);
  return most === 0 ? null : classes[counts.indexOf(most)];
}

/** The full run of the choice, in numbers that any framework can take. */
function recipeOf(state: ProbeState, { strategies }: Analysis, choice: StrategyName): Recipe {
  const { dataset, backbone, horizon } = state;
  const standIn = strategies.find(({ name }) => name === choice)?.variant;
  const end = state.ends
    .filter(({ spec, ...one }) => 'result' in one && spec.strategy === choice && spec.variant === standIn)
    .reduce<TrialEnd | null>(
      (best, one) => (best === null || one.spec.trainExamples >= best.spec.trainExamples ? one : best),
      null,
    );
  const result = end !== null && 'result' in end ? end.result : null;
  const flip = state.flip?.flip ?? false;
  const { size } = dataset.image;
  const { scale, shift } = backbone.network(size, dataset.classes.length).pixels ?? DEFAULT_PIXELS;
  const base = {
    schema: 'headstart/recipe/v1' as const,
    strategy: choice,
    variant: standIn ?? '',
    backbone: choice === 'scratch' ? null : backbone.name,
    input: {
      size,
      mean: shift.map((value, channel) => -value / scale[channel] / 255),
      std: scale.map((value) => 1 / value / 255),
      channels: dataset.image.channels,
    },
    optimizer: {
      name: 'SGD, Nesterov',
      momentum: COMMON.momentum,
      weightDecay: COMMON.weightDecay,
      batch: COMMON.batch,
      labelSmoothing: COMMON.labelSmoothing,
    },
    augmentation: augmentationFor(size, flip),
    penalty: result?.penalty ?? null,
    notes: [
      result !== null && (triedRates(state, choice) > 1 || choice === 'frozen')
        ? 'The rate was chosen on held-back images at the probe’s size and batch; scale it with the batch.'
        : 'The budget left no time to try several rates: this is the usual one, at the probe’s batch.',
      flip
        ? 'Flips keep the labels’ meaning here.'
        : 'Flips are off: it was not shown that labels mean the same in the mirror.',
    ],
  };
  if (choice === 'frozen' || end === null) {
    return {
      ...base,
      optimizer: { ...base.optimizer, name: 'L-BFGS on standardised features of all depths' },
      augmentation: { flip: false, shiftPixels: 0, scale: 0, shear: 0, brightness: 0 },
      stages: [
        {
          name: 'logistic regression',
          epochs: 1,
          schedule: 'to convergence',
          blockRates: Array<number>(backbone.blocks).fill(0),
          headRate: 0,
        },
      ],
    };
  }
  return { ...base, stages: stagesOf(state, end, result?.rate ?? 0, horizon) };
}

/** Rates that the strategy, or one that starts like it, was tried at. */
function triedRates({ ends }: ProbeState, choice: StrategyName): number {
  const family = choice === 'scratch' ? ['scratch'] : ['fine-tune', 'hybrid'];
  return Math.max(...ends.map(({ spec }) => (family.includes(spec.strategy) ? spec.rates.length : 0)));
}

function stagesOf(state: ProbeState, { spec }: TrialEnd, rate: number, horizon: number): Recipe['stages'] {
  const { backbone, dataset } = state;
  const context = { backbone, size: dataset.image.size, classes: dataset.classes.length } as TrialContext;
  const { blockScale, gradual } = trainedStrategy(context, spec).recipe(rate);
  const epochs = epochsFor(armOf(spec), horizon);
  const blockRates = blockScale.map((scale) => scale * rate);
  const schedule = `linear up over ${Math.round(COMMON.warmup * 100)} % of the steps, linear down to 0`;
  const probe = {
    name: 'linear probe for the head',
    epochs: 1,
    schedule: 'to convergence',
    blockRates: blockRates.map(() => 0),
    headRate: 0,
  };
  if (!gradual) {
    const all = { name: 'train', epochs, schedule, blockRates, headRate: rate };
    return spec.strategy === 'fine-tune' ? [probe, all] : [all];
  }
  const share = Math.max(1, Math.round(epochs / blockRates.length));
  return [
    probe,
    ...blockRates.map((_, stage) => ({
      name: `blocks from ${blockRates.length - stage} up`,
      epochs: share,
      schedule: `${schedule}, over all stages together; next stage when the validation loss stops falling`,
      blockRates: blockRates.map((value, block) => (block < blockRates.length - 1 - stage ? 0 : value)),
      headRate: rate,
    })),
  ];
}
