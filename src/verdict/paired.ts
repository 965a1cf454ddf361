import { type Arm, largestCommonSize, pointAt, type SizePoint } from './arm.js';
import { decodeBase64, decodedLength } from './base64.js';
import type { MeasurementsHeader } from './model.js';
import type { Random } from './random.js';
import { logit, sum } from './scale.js';

/** More resamples change the noise of the noise only. */
const RESAMPLES = 400;
/** With more test images than this their noise is small and nearly normal. */
const MOST_IMAGES = 50_000;

/** What resampling the test images does to all arms at once: row by resample, column by arm. */
export interface Resamples {
  trainExamples: number;
  count: number;
  /** Accuracy of each arm on each resample; `[count, arms]`. */
  accuracy: Float64Array;
  /** On the test images as they are. */
  observed: Float64Array;
}

/**
 * Bootstrap of the test images, by group, at the largest size at which all arms have answers image by image: the
 * differences between arms keep what they share. Null when there is no such size.
 */
export function resampleTestImages(
  arms: readonly Arm[],
  header: MeasurementsHeader,
  random: Random,
  limit = RESAMPLES,
): Resamples | null {
  const size = largestCommonSize(arms.map(withAnswers));
  if (size === null) return null;
  const points = arms.map((arm) => pointAt(withAnswers(arm), size)!);
  const images = points[0].testExamples;
  if (images > MOST_IMAGES || points.some(({ testExamples }) => testExamples !== images)) return null;
  const right = points.map(({ trials }) => shareRight(trials.map(answers), images));
  const weight = imageWeights(images, header);
  const groups = groupsOf(images, header.testGroups);
  const observed = Float64Array.from(right, (share) => weightedShare(share, weight));
  const totals = groupTotals(groups, right, weight);
  const accuracy = new Float64Array(limit * arms.length);
  const counts = new Uint16Array(totals.groups);
  for (let sample = 0; sample < limit; sample++) {
    counts.fill(0);
    for (let i = 0; i < totals.groups; i++) counts[random.index(totals.groups)]++;
    const all = dot(counts, totals.weight);
    totals.right.forEach((own, arm) => {
      accuracy[sample * arms.length + arm] = all > 0 ? dot(counts, own) / all : observed[arm];
    });
  }
  return { trainExamples: size, count: limit, accuracy, observed };
}

/**
 * Variance of the difference in accuracy of two arms that drawing other test images causes, by group: what the
 * bootstrap of a mean tends to. Null when the answers at that size are not known for the same images.
 */
export function pairedVariance(one: SizePoint, other: SizePoint, header: MeasurementsHeader): number | null {
  if (one.testExamples !== other.testExamples) return null;
  const [right, wrong] = [one, other].map(sharesOf);
  return right === null || wrong === null
    ? null
    : groupedVariance(
        right.map((share, image) => share - wrong[image]),
        header,
      );
}

/** Variance of one accuracy that drawing other test images causes, by group; null when the answers are not known. */
export function imageVariance(point: SizePoint, header: MeasurementsHeader): number | null {
  const shares = sharesOf(point);
  return shares === null ? null : groupedVariance(shares, header);
}

/** By image, the share of the trials that had it right; null when that is not known. */
function sharesOf(point: SizePoint): Float64Array | null {
  if (point.testExamples > MOST_IMAGES || !answersKnown(point)) return null;
  return shareRight(point.trials.map(answers), point.testExamples);
}

function groupedVariance(shares: Float64Array, header: MeasurementsHeader): number {
  const images = shares.length;
  const weight = imageWeights(images, header);
  const totals = groupTotals(groupsOf(images, header.testGroups), [shares], weight);
  const all = sum(totals.weight);
  const centre = sum(totals.right[0]) / all;
  let squares = 0;
  for (let i = 0; i < totals.groups; i++) squares += (totals.right[0][i] - centre * totals.weight[i]) ** 2;
  return squares / all ** 2;
}

/** How far each resample moves an arm's log-odds; accuracies are kept half an image away from 0 and 1. */
export function logOddsShift(
  resamples: Resamples,
  sample: number,
  arm: number,
  testExamples: number,
): number {
  const arms = resamples.observed.length;
  const kept = (value: number) => logit((value * testExamples + 0.5) / (testExamples + 1));
  return kept(resamples.accuracy[(sample % resamples.count) * arms + arm]) - kept(resamples.observed[arm]);
}

/** The right answers of a trial, one byte an image; null when they are missing or do not fit the test set. */
export function answers({
  correct,
  testExamples,
}: {
  correct?: string;
  testExamples?: number;
}): Uint8Array | null {
  if (correct === undefined || testExamples === undefined) return null;
  const bytes = decodeBase64(correct);
  if (bytes?.length !== Math.ceil(testExamples / 8)) return null;
  const bits = new Uint8Array(testExamples);
  for (let image = 0; image < testExamples; image++) bits[image] = (bytes[image >> 3] >> (image & 7)) & 1;
  return bits;
}

/** Only the sizes at which every trial says which images it had right. */
function withAnswers(arm: Arm): Arm {
  return { ...arm, points: arm.points.filter(answersKnown) };
}

function answersKnown({ trials, testExamples }: SizePoint): boolean {
  return trials.every(
    (trial) =>
      trial.testExamples === testExamples &&
      trial.correct !== undefined &&
      decodedLength(trial.correct) === Math.ceil(testExamples / 8),
  );
}

function shareRight(trials: (Uint8Array | null)[], images: number): Float64Array {
  const share = new Float64Array(images);
  for (const bits of trials)
    for (let image = 0; bits !== null && image < images; image++) share[image] += bits[image] / trials.length;
  return share;
}

/** One an image; for balanced accuracy what gives every class the same say. */
function imageWeights(images: number, { metric, testLabels }: MeasurementsHeader): Float64Array {
  if (metric !== 'balanced-accuracy' || testLabels?.length !== images)
    return new Float64Array(images).fill(1);
  const counts = new Map<number, number>();
  for (const label of testLabels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(testLabels, (label) => images / (counts.size * counts.get(label)!));
}

function groupsOf(images: number, testGroups: number[] | undefined): number[] {
  const own = testGroups?.length === images ? testGroups : Array.from({ length: images }, (_, i) => i);
  const numbers = new Map<number, number>();
  return own.map((group) => {
    if (!numbers.has(group)) numbers.set(group, numbers.size);
    return numbers.get(group)!;
  });
}

function groupTotals(groups: number[], right: Float64Array[], weight: Float64Array) {
  const count = groups.reduce((most, group) => Math.max(most, group), -1) + 1;
  const total = (values: (image: number) => number): Float64Array => {
    const totals = new Float64Array(count);
    groups.forEach((group, image) => (totals[group] += values(image)));
    return totals;
  };
  return {
    groups: count,
    weight: total((image) => weight[image]),
    right: right.map((share) => total((image) => weight[image] * share[image])),
  };
}

function weightedShare(share: Float64Array, weight: Float64Array): number {
  let right = 0;
  let all = 0;
  for (let i = 0; i < share.length; i++) {
    right += weight[i] * share[i];
    all += weight[i];
  }
  return all > 0 ? right / all : 0;
}

function dot(counts: Uint16Array, values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] * values[i];
  return total;
}
