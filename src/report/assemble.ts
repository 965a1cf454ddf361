import type { DataChange } from '../dataset/change.js';
import type { Dataset } from '../dataset/dataset.js';
import { chosenTrials, type DoneTrial } from '../scheduling/chosen-trials.js';
import type { Reportable, Split } from '../probe/stages.js';
import type { Analysis, StrategyName } from '../verdict/types.js';
import { compareWithBase, type BaselineSource } from './compare.js';
import type { VerdictSnapshot } from './snapshot.js';
import type { ClassResult, DatasetSummary, Report, ReportStatus } from './types.js';
import { receiptOf, type RunFacts } from './receipt.js';
import { recipeOf } from './recipe.js';

/** What is known about the base of a pull request, before the dataset is measured. */
export interface Comparison {
  change: DataChange | null;
  /** Hash of the images in the commit; null: they are not in git. */
  data: string | null;
  base: { digest: VerdictSnapshot; from: BaselineSource } | null;
}

export interface ReportParts {
  state: Reportable;
  /** null: nothing was measured. */
  analysis: Analysis | null;
  status: ReportStatus;
  statusReason: string | null;
  facts: RunFacts;
  /** null: not compared with a base. */
  comparison: Comparison | null;
  /** null: there is no verdict. */
  snapshot: VerdictSnapshot | null;
}

/** Joins a probe's state and its analysis into the report. */
export function assembleReport(parts: ReportParts): Report {
  const { state, analysis, status, statusReason, facts, comparison, snapshot } = parts;
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
    ...comparisonParts(comparison, snapshot),
  };
}

/** A report without contents. */
const EMPTY: Omit<Report, 'schema' | 'status' | 'statusReason' | 'createdAt'> = {
  verdict: null,
  strategies: [],
  curves: [],
  scorecard: null,
  cost: null,
  dataset: null,
  classes: [],
  findings: [],
  controls: null,
  recipe: null,
  receipt: null,
};

/** The report of a dataset that the pull request does not touch, so that nothing was measured. */
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
    ...EMPTY,
    dataset: {
      ...summaryOf(dataset, path),
      splits: { train: 0, test: 0, method: 'not split' },
      sampled: 0,
      metric: dataset.metric ?? 'accuracy',
      unreadable: 0,
    },
    ...comparisonParts(comparison, null),
  };
}

/** The report of recorded measurements: there is no dataset, and nothing ran. */
export function reportOfAnalysis(analysis: Analysis, createdAt: string): Report {
  return {
    schema: 'headstart/report/v1',
    status: 'complete',
    statusReason: null,
    createdAt,
    ...EMPTY,
    ...analysis,
  };
}

function comparisonParts(
  comparison: Comparison | null,
  snapshot: VerdictSnapshot | null,
): Pick<Report, 'change' | 'baseline'> {
  if (comparison === null) return {};
  const { change, base } = comparison;
  return {
    ...(change === null ? {} : { change }),
    ...(base === null ? {} : { baseline: compareWithBase(snapshot, base.digest, base.from) }),
  };
}

/** The cost of all machines together: wall-clock time, plus the time of all machines but the slowest. */
function probeCost(
  state: Reportable,
  analysis: Analysis,
  { shards = [] }: RunFacts,
): { seconds: number; trials: number; usd: number } {
  const each = shards.map((shard) => shard.seconds);
  const others = each.reduce((sum, seconds) => sum + seconds, 0) - Math.max(0, ...each);
  const seconds = (state.seconds['all'] ?? 0) + others;
  const trials = state.outcomes.filter(({ carriedFrom }) => carriedFrom === undefined).length;
  return { seconds, trials, usd: (seconds / 3600) * analysis.cost.hourlyCostUsd };
}

/** @param path as the user gave it. */
export function datasetSummary(state: Split, path: string): DatasetSummary {
  const { dataset, samples, train, test, splitMethod, metric, unreadable } = state;
  return {
    ...summaryOf(dataset, path),
    splits: { train: train.length, test: test.length, method: splitMethod },
    sampled: samples.length - state.unread,
    metric,
    unreadable: unreadable.length,
  };
}

/** What is known from the list of images alone. */
function summaryOf(
  dataset: Dataset,
  path: string,
): Pick<
  DatasetSummary,
  'name' | 'path' | 'folder' | 'origin' | 'samples' | 'classes' | 'perClass' | 'license'
> {
  const perClass = dataset.classes.map(() => 0);
  for (const { label } of dataset.samples) perClass[label]++;
  return {
    name: dataset.name,
    path,
    ...(isBelow(dataset.folder, path) ? { folder: dataset.folder } : {}),
    origin:
      dataset.origin.file === null ? dataset.origin.kind : `${dataset.origin.kind} ${dataset.origin.file}`,
    samples: dataset.samples.length,
    classes: dataset.classes.length,
    perClass: Object.fromEntries(dataset.classes.map((name, k) => [name, perClass[k]])),
    license: dataset.license,
  };
}

/** `folder` has forward slashes, and none at its end. */
function isBelow(folder: string, path: string): boolean {
  const above = path.replaceAll('\\', '/').replace(/^\.\//u, '').replace(/\/+$/u, '');
  return above === '' || above === '.' ? folder !== '.' : folder.startsWith(`${above}/`);
}

/** Recall of each class by each strategy's last trial at its largest size. */
function classResults(state: Reportable, analysis: Analysis | null): ClassResult[] {
  const { dataset, samples, train, test } = state;
  const labels = Array.from(test, (row) => samples[row].label);
  const trials = chosenTrials(state.outcomes);
  const last = new Map(
    (analysis?.strategies ?? []).flatMap(({ name, variant }) => {
      const predicted = largestTrial(trials, name, variant);
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

function largestTrial(
  trials: readonly DoneTrial[],
  strategy: StrategyName,
  variant: string,
): Int32Array | null {
  let best: { examples: number; predicted: Int32Array } | null = null;
  for (const { spec, result } of trials) {
    if (spec.strategy !== strategy || spec.variant !== variant) continue;
    if (best === null || spec.trainExamples >= best.examples) {
      best = { examples: spec.trainExamples, predicted: result.predicted };
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
