/**
 * Reuses trials of earlier runs whose images are nearly all the same. Every strategy must be measured on the same test
 * images, so images that an earlier trial did not predict, or trained on, are left out of the test set.
 */
import type { Metric } from '../../dataset/dataset.js';
import type { TrialSpec } from '../../strategy/trial.js';
import {
  type KeptRun,
  type KeptTrial,
  resultOf,
  shortHash,
  unpackHashes,
  unpackIntegers,
} from './trial-record.js';
import { keyOf } from '../../scheduling/trial-spec.js';
import type { TrialOutcome } from '../../scheduling/schedule.js';

/** Share of a trial's training images that may have changed, and the number that always may. */
const CHANGED_SHARE = 0.02;
const CHANGED_IMAGES = 3;
/** Share of the test images that must remain. */
const TEST_LEFT = 0.95;
/** A larger budget has more test images; this share of them must remain then. */
const TEST_LEFT_OF_MORE = 0.5;

/** The images and splits of this run. */
export interface PresentImages {
  /** Pixel hash, class and group of each row. */
  hashes: readonly string[];
  labels: Int32Array;
  groups: readonly (string | null)[];
  train: Int32Array;
  test: Int32Array;
  /** Sizes that are always measured; a trial of nearly that size serves. */
  sizes: readonly number[];
  classes: number;
  metric: Metric;
  /** Seconds of the budget that they were sampled for. */
  sampledFor: number;
}

export interface ReusedTrials {
  outcomes: TrialOutcome[];
  /** Test rows that all of them predicted and none was trained on. */
  test: Int32Array;
  testLeftOut: number;
  /** The runs that trials come from, the latest first. */
  runs: { run: KeptRun; trials: KeptTrial[] }[];
  /** The largest share of a trial's training images that changed. */
  changedShare: number;
  /** Worker seconds of cached trials that cannot be reused. */
  lostSeconds: number;
}

/** The unpacked lists of a run. */
interface Images {
  hashes: string[];
  labels: Int32Array;
  orders: Int32Array[];
  test: Int32Array;
}

interface Pick {
  trial: KeptTrial;
  /** The trial as this run would ask for it. */
  spec: TrialSpec;
  changedShare: number;
  at: string;
  images: Images;
}

/** Trials that can be reused, the latest run first; null: none. */
export function reuseTrials(kept: readonly KeptRun[], present: PresentImages): ReusedTrials | null {
  const picks: Pick[] = [];
  const runs: ReusedTrials['runs'] = [];
  let { test } = present;
  for (const run of kept) {
    const images = open(run);
    const common = commonTest(test, images, present);
    if (common.length < leastTest(run, images, present)) continue;
    const known = new Set(picks.map(({ spec }) => keyOf(spec)));
    const own = run.trials.flatMap((trial): Pick[] => {
      const match = matching(trial.spec, images, present);
      return match === null || known.has(keyOf(match.spec)) ? [] : [{ trial, images, at: run.at, ...match }];
    });
    if (own.length === 0) continue;
    test = common;
    picks.push(...own);
    runs.push({ run, trials: own.map(({ trial }) => trial) });
  }
  if (picks.length === 0) return null;
  const all = kept.reduce((sum, { trials }) => sum + secondsOf(trials), 0);
  return {
    outcomes: picks.map((pick) => endOf(pick, test, present)),
    test,
    testLeftOut: present.test.length - test.length,
    runs,
    changedShare: Math.max(...picks.map(({ changedShare }) => changedShare)),
    lostSeconds: all - secondsOf(picks.map(({ trial }) => trial)),
  };
}

/** Number of test images that must remain; fewer where the earlier run had a smaller budget. */
function leastTest({ sampledFor = Infinity }: KeptRun, { test }: Images, present: PresentImages): number {
  const now = present.test.length;
  return present.sampledFor > sampledFor
    ? Math.max(TEST_LEFT * Math.min(now, test.length), TEST_LEFT_OF_MORE * now)
    : TEST_LEFT * now;
}

function open({ images, labels, orders, test }: KeptRun): Images {
  return {
    hashes: unpackHashes(images),
    labels: unpackIntegers(labels),
    orders: orders.map(unpackIntegers),
    test: unpackIntegers(test),
  };
}

/** The trial as this run would ask for it; null: too many of its training images changed. */
function matching(
  spec: TrialSpec,
  { hashes, labels, orders }: Images,
  present: PresentImages,
): { spec: TrialSpec; changedShare: number } | null {
  const allowed = Math.max(CHANGED_IMAGES, CHANGED_SHARE * spec.trainExamples);
  const near = present.sizes.find((each) => Math.abs(each - spec.trainExamples) <= allowed);
  const own = spec.trainExamples <= present.train.length ? spec.trainExamples : undefined;
  const size = near ?? own;
  const order = orders.at(spec.seed % orders.length);
  if (size === undefined || order === undefined) return null;
  const same = new Set(
    Array.from(present.train, (row) => imageKey(present.hashes[row], present.labels[row])),
  );
  const trained = order.subarray(0, spec.trainExamples);
  const changed = trained.filter((image) => !same.has(imageKey(hashes[image], labels[image]))).length;
  if (trained.length < spec.trainExamples || changed > allowed) return null;
  return { spec: { ...spec, trainExamples: size }, changedShare: changed / spec.trainExamples };
}

/** An image with a new label counts as another image. */
function imageKey(hash: string, label: number): string {
  return `${shortHash(hash)} ${label}`;
}

/** Test rows that the run predicted and did not train on, and whose group it did not train on. */
function commonTest(test: Int32Array, images: Images, { hashes, groups }: PresentImages): Int32Array {
  const predicted = new Set(Array.from(images.test, (image) => images.hashes[image]));
  const trained = new Set(
    images.orders.flatMap((order) => Array.from(order, (image) => images.hashes[image])),
  );
  const tainted = new Set(
    groups.filter((group, row) => group !== null && trained.has(shortHash(hashes[row]))),
  );
  return test.filter((row) => {
    const hash = shortHash(hashes[row]);
    return predicted.has(hash) && !trained.has(hash) && !tainted.has(groups[row]);
  });
}

/** The trial's result on the test rows of this run. */
function endOf({ trial, spec, at, images }: Pick, test: Int32Array, present: PresentImages): TrialOutcome {
  const answers = unpackIntegers(trial.predicted);
  const byImage = new Map(Array.from(images.test, (image, i) => [images.hashes[image], answers[i]]));
  const predicted = test.map((row) => byImage.get(shortHash(present.hashes[row]))!);
  const labels = test.map((row) => present.labels[row]);
  return {
    spec,
    seconds: trial.seconds,
    carriedFrom: at,
    result: resultOf(trial, spec, predicted, { ...present, labels }),
  };
}

function secondsOf(trials: readonly KeptTrial[]): number {
  return trials.reduce((sum, { seconds }) => sum + seconds, 0);
}
