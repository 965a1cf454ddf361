import type { SizePoint } from './arm.js';
import { decodeBase64, decodedLength } from './base64.js';
import type { Measurement, MeasurementsHeader } from './model.js';
import { sum } from './scale.js';

/** With more test images than this their noise is small and nearly normal. */
const MOST_IMAGES = 50_000;

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
export function sharesOf({ trials, testExamples }: SizePoint): Float64Array | null {
  if (testExamples > MOST_IMAGES || !answersKnown(trials, testExamples)) return null;
  const share = new Float64Array(testExamples);
  for (const trial of trials) {
    const bits = answers(trial)!;
    for (let image = 0; image < testExamples; image++) share[image] += bits[image] / trials.length;
  }
  return share;
}

/**
 * Covariance of the accuracies of all points over the choice of test images, by group; [points, points], row by row.
 * Null when their answers are not all known, or not for the same images.
 */
export function groupedCovariance(
  points: readonly SizePoint[],
  header: MeasurementsHeader,
): Float64Array | null {
  const images = points.at(0)?.testExamples;
  if (images === undefined || points.some(({ testExamples }) => testExamples !== images)) return null;
  const shares = points.map(sharesOf);
  if (shares.some((share) => share === null)) return null;
  const { groups, deviations, weight } = groupDeviations(shares as Float64Array[], header);
  const count = points.length;
  const matrix = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let products = 0;
      for (let group = 0; group < groups; group++) products += deviations[i][group] * deviations[j][group];
      matrix[i * count + j] = matrix[j * count + i] = products / weight ** 2;
    }
  }
  return matrix;
}

function groupedVariance(shares: Float64Array, header: MeasurementsHeader): number {
  const { deviations, weight } = groupDeviations([shares], header);
  return sum(deviations[0].map((value) => value ** 2)) / weight ** 2;
}

/** By group, what it has right more than the mean of all would give it. */
function groupDeviations(shares: readonly Float64Array[], header: MeasurementsHeader) {
  const images = shares[0].length;
  const totals = groupTotals(groupsOf(images, header.testGroups), shares, imageWeights(images, header));
  const weight = sum(totals.weight);
  const deviations = totals.right.map((right) => {
    const centre = sum(right) / weight;
    return right.map((value, group) => value - centre * totals.weight[group]);
  });
  return { groups: totals.groups, deviations, weight };
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

function answersKnown(trials: readonly Measurement[], testExamples: number): boolean {
  return trials.every(
    (trial) =>
      trial.testExamples === testExamples &&
      trial.correct !== undefined &&
      decodedLength(trial.correct) === Math.ceil(testExamples / 8),
  );
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

function groupTotals(groups: number[], right: readonly Float64Array[], weight: Float64Array) {
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
