/** Which test images each trial got right, and how much accuracies vary with the choice of test images. */
import type { SizePoint } from './arm.js';
import type { MeasurementsHeader } from './types.js';
import { sum } from './statistics.js';

/** With more test images than this their noise is small and nearly normal. */
const MAX_IMAGES = 50_000;

/**
 * Variance of the difference in accuracy of two arms over the choice of test images, by group: the limit of the
 * bootstrap of a mean. Null when the answers are not known for the same images.
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

/** Variance of one accuracy over the choice of test images, by group; null when the answers are not known. */
export function imageVariance(point: SizePoint, header: MeasurementsHeader): number | null {
  const shares = sharesOf(point);
  return shares === null ? null : groupedVariance(shares, header);
}

/** For each test image, the share of the trials that got it right; null when that is not known. */
export function sharesOf({ trials, testExamples }: SizePoint): Float64Array | null {
  if (testExamples > MAX_IMAGES) return null;
  const share = new Float64Array(testExamples);
  for (const trial of trials) {
    const bits = trial.testExamples === testExamples ? answersOf(trial) : null;
    if (bits === null) return null;
    for (let image = 0; image < testExamples; image++) share[image] += bits[image] / trials.length;
  }
  return share;
}

/**
 * Covariance of the accuracies of all points over the choice of test images, by group; [points, points], row by row.
 * Null when not all of their answers are known, or not for the same images.
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

/** For each group, how many more right answers it has than its weight at the overall mean gives it. */
function groupDeviations(shares: readonly Float64Array[], header: MeasurementsHeader) {
  const images = shares[0].length;
  const totals = groupTotals(groupsOf(images, header.testGroups), shares, imageWeights(images, header));
  const weight = sum(totals.weight);
  const deviations = totals.right.map((right) => {
    const center = sum(right) / weight;
    return right.map((value, group) => value - center * totals.weight[group]);
  });
  return { groups: totals.groups, deviations, weight };
}

/** One byte for each test image, 1 where the trial was right; null when the answers are missing or do not fit. */
export function answersOf({
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

/** Null when the text is not base64. */
export function decodeBase64(text: string): Uint8Array | null {
  // `atob` skips spaces.
  if (/\s/u.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The weight of each test image: 1, or for balanced accuracy, what makes all classes count the same. */
function imageWeights(images: number, { metric, testLabels }: MeasurementsHeader): Float64Array {
  if (metric !== 'balanced-accuracy' || testLabels?.length !== images)
    return new Float64Array(images).fill(1);
  const counts = new Map<number, number>();
  for (const label of testLabels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(testLabels, (label) => images / (counts.size * counts.get(label)!));
}

function groupsOf(images: number, testGroups: number[] | undefined): number[] {
  const groups = testGroups?.length === images ? testGroups : Array.from({ length: images }, (_, i) => i);
  const numbers = new Map<number, number>();
  return groups.map((group) => {
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
