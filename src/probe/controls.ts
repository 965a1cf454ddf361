/**
 * The control with shuffled labels. The labels of all images, training and test together, are permuted, and a linear
 * probe memorizes those of the training images. They say nothing about the test images, unless a test image is among
 * the training images: then the probe knows its label. The number of hits by chance is exact for any images, because
 * the probe has seen nothing that the permuted test labels depend on.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { evidence, imagePlaces } from '../checks/check.js';
import type { Finding } from '../checks/finding.js';
import type { MemorizationTask } from '../strategy/probes.js';
import type { Metric } from '../dataset/dataset.js';
import type { Controls, Measured, ShuffledLabels, Split } from './stages.js';

/** The labels of one permutation, in the order of the rows. */
interface Deal {
  train: Int32Array;
  test: Int32Array;
}

/** Rows to memorize and to test: one of each picture, so that copies neither count twice nor contradict each other. */
export interface Deals {
  train: Int32Array;
  test: Int32Array;
  deals: Deal[];
}

/** The probe memorizes this many in a moment. Images that are also tested come first. */
const MAX_ROWS = 300;
/** With few classes a permutation tells little; with many it takes longer. */
const DEALS_TIMES_CLASSES = 400;
const [MIN_DEALS, MAX_DEALS] = [3, 40];

/** @param order of the training rows. */
export function dealLabels(
  { samples, pixelHashes, test, dataset }: Pick<Split, 'samples' | 'pixelHashes' | 'test' | 'dataset'>,
  order: Int32Array,
): Deals {
  const tested = byPicture(test, pixelHashes);
  const trained = byPicture(order, pixelHashes);
  const learned = [...trained.keys()]
    .sort((a, b) => Number(tested.has(b)) - Number(tested.has(a)))
    .slice(0, MAX_ROWS);
  const asked = [...tested.keys()];
  const pictures = [...new Set([...learned, ...asked])];
  const labels = pictures.map((picture) => samples[(tested.get(picture) ?? trained.get(picture))!].label);
  const wanted = Math.round(DEALS_TIMES_CLASSES / dataset.classes.length);
  const times = Math.min(MAX_DEALS, Math.max(MIN_DEALS, wanted));
  return {
    train: Int32Array.from(learned, (picture) => trained.get(picture)!),
    test: Int32Array.from(tested.values()),
    deals: Array.from({ length: times }, (_, deal) => {
      const dealt = shuffled(labels, deal);
      const labelOf = new Map(pictures.map((picture, i) => [picture, dealt[i]]));
      const of = (some: string[]) => Int32Array.from(some, (picture) => labelOf.get(picture)!);
      return { train: of(learned), test: of(asked) };
    }),
  };
}

/** What a worker gets. The labels of the test rows are not part of it. */
export function recitalOf({ train, test, deals }: Deals): MemorizationTask {
  return { train, test, dealt: deals.map((deal) => deal.train) };
}

/** The first row of each picture. */
function byPicture(rows: Int32Array, hashes: readonly string[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const row of rows) if (!first.has(hashes[row])) first.set(hashes[row], row);
  return first;
}

function shuffled(labels: readonly number[], deal: number): number[] {
  const random = xoroshiro128plus(deal + 4242);
  const dealt = [...labels];
  for (let i = dealt.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [dealt[i], dealt[j]] = [dealt[j], dealt[i]];
  }
  return dealt;
}

/** Standard deviations above chance that raise the alarm: one clean dataset in 4,000. */
const TOLERANCE = 3.5;

/** @param predicted a list per permutation, in the order of the test rows. */
export function judgeDeals(
  { deals }: Pick<Deals, 'deals'>,
  predicted: readonly Int32Array[],
  classes: number,
): ShuffledLabels {
  const tallies = deals.map(({ test }, deal) => tally(predicted[deal], test, classes));
  const sum = (of: (tally: Tally) => number) => tallies.reduce((all, one) => all + of(one), 0);
  const asked = sum(({ images }) => images);
  const [hits, expected] = [sum((one) => one.hits) / asked, sum((one) => one.expected) / asked];
  const high = expected + (TOLERANCE * Math.sqrt(sum(({ variance }) => variance))) / asked;
  return {
    accuracy: hits,
    chance: expected,
    high: Math.min(1, high),
    deals: deals.length,
    passed: hits <= high,
  };
}

interface Tally {
  images: number;
  hits: number;
  expected: number;
  variance: number;
}

/** Hits of one permutation, with their mean and variance over all permutations. */
function tally(predicted: Int32Array, dealt: Int32Array, classes: number): Tally {
  const images = dealt.length;
  const claimed = new Float64Array(classes);
  const actual = new Float64Array(classes);
  for (const label of predicted) claimed[label]++;
  for (const label of dealt) actual[label]++;
  const total = (of: (claimed: number, actual: number) => number) =>
    claimed.reduce((sum, count, k) => sum + of(count, actual[k]), 0);
  const pairs = total((c, a) => c * a);
  // Hoeffding (1951): the variance of a sum over a random permutation, here of a matrix of ones where the labels agree.
  const spread = pairs - total((c, a) => c * a * (c + a)) / images + (pairs / images) ** 2;
  return {
    images,
    hits: predicted.reduce((sum, label, i) => sum + Number(label === dealt[i]), 0),
    expected: pairs / images,
    variance: spread / Math.max(1, images - 1),
  };
}

/** Adds the controls, and a finding where they raise the alarm. */
export function applyControls(measured: Measured, controls: Controls | null): void {
  const alarm = alarmOf(measured, controls?.shuffledLabels ?? null);
  measured.controls = controls;
  if (alarm !== null) measured.findings = [alarm, ...measured.findings];
}

/** null: the probe knows none of the test images. */
function alarmOf(split: Split, control: ShuffledLabels | null): Finding | null {
  if (control === null || control.passed) return null;
  const { samples, pixelHashes, train, test, dataset } = split;
  const trained = byPicture(train, pixelHashes);
  const twins = Array.from(test).flatMap((row): [number, number][] => {
    const twin = trained.get(pixelHashes[row]);
    return twin === undefined ? [] : [[row, twin]];
  });
  const { accuracy, chance } = control;
  const known = Math.round((test.length * (accuracy - chance)) / Math.max(1e-3, 1 - chance));
  return {
    id: 'shuffled-labels',
    severity: 'error',
    effect: 'blocks',
    message: `Test images were seen in training: with shuffled labels a linear probe should be right on ${percent(chance)} of them by chance, and is on ${percent(accuracy)}.`,
    remedy:
      twins.length === 0
        ? 'No two images of train and test have the same pixels, so this is an error of Headstart: please report it.'
        : 'Remove the copies, also those whose files have other names or other bytes, and measure again.',
    count: Math.max(1, known, twins.length),
    evidence: evidence(twins.map(([row, twin]) => `${samples[row].path} = ${samples[twin].path}`)),
    places: imagePlaces(
      dataset,
      twins.map(([row]) => samples[row].path),
    ),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Accuracy of always predicting the most common class of the training rows. */
export function largestClass(
  labels: Int32Array,
  train: Int32Array,
  test: Int32Array,
  classes: number,
  metric: Metric,
): { accuracy: number } {
  const counts = new Float64Array(classes);
  for (const row of train) counts[labels[row]]++;
  const commonest = counts.indexOf(Math.max(...counts));
  if (metric === 'balanced-accuracy') return { accuracy: 1 / new Set(test.map((row) => labels[row])).size };
  return { accuracy: test.filter((row) => labels[row] === commonest).length / test.length };
}
