import type { Arm } from './arm.js';
import { largestCommonSize, pointAt } from './arm.js';
import type { MeasurementsHeader } from './model.js';
import { logit } from './scale.js';
import type { Random } from './random.js';

/** More resamples change the noise of the noise only. */
const RESAMPLES = 400;

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
  if (points.some(({ testExamples }) => testExamples !== images)) return null;
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
  return Uint8Array.from({ length: testExamples }, (_, image) => (bytes[image >> 3] >> (image & 7)) & 1);
}

/** Only the sizes at which every trial says which images it had right. */
function withAnswers(arm: Arm): Arm {
  const points = arm.points.filter(({ trials, testExamples }) =>
    trials.every((trial) => trial.testExamples === testExamples && answersFit(trial)),
  );
  return { ...arm, points };
}

function answersFit({ correct, testExamples }: { correct?: string; testExamples?: number }): boolean {
  return (
    correct !== undefined &&
    testExamples !== undefined &&
    decodedLength(correct) === Math.ceil(testExamples / 8) &&
    /^[A-Za-z0-9+/]*={0,2}$/u.test(correct)
  );
}

function shareRight(trials: (Uint8Array | null)[], images: number): Float64Array {
  const share = new Float64Array(images);
  for (const trial of trials) trial?.forEach((bit, image) => (share[image] += bit / trials.length));
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

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function decodedLength(text: string): number {
  return Math.floor((text.replace(/=+$/u, '').length * 6) / 8);
}

function decodeBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/u.test(text)) return null;
  const bytes = new Uint8Array(decodedLength(text));
  let bits = 0;
  let held = 0;
  let next = 0;
  for (let i = 0; i < text.length && next < bytes.length; i++) {
    held = ((held << 6) | ALPHABET.indexOf(text[i])) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[next++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}
