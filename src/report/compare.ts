/** Compares a report with that of the base: did the verdict change, and did accuracy change by more than noise? */
import { decodeBase64 } from '../verdict/answers.js';
import { EIGHTY_PERCENT } from '../verdict/statistics.js';
import type { Interval, StrategyName } from '../verdict/types.js';
import type { DigestPoint, VerdictSnapshot } from './snapshot.js';

/** Sizes that differ by at most this share count as the same. */
const MAX_SIZE_DIFFERENCE = 0.1;
/** With fewer test images in common, accuracies are not compared. */
const MIN_IMAGES = 30;
const DIGITS = 8;

/** Where the verdict of the base comes from. */
export type BaselineSource = 'check run' | 'cache' | 'this run';

export interface Difference extends Interval {
  strategy: StrategyName;
  /** Training images here and at the base. */
  trainExamples: number;
  baseExamples: number;
}

export interface BaseComparison {
  from: BaselineSource;
  base: Pick<
    VerdictSnapshot,
    'createdAt' | 'family' | 'choice' | 'leaning' | 'confidence' | 'accuracy' | 'conditions'
  >;
  /** Whether backbone and image size are those of the base. */
  sameConditions: boolean;
  /** Number of test images that both were measured on. */
  commonTest: number;
  /** Accuracy here minus that of the base, paired on the common test images, at the largest size that both trained on. */
  differences: Difference[];
  /** Largest `rerunNoise` of the compared strategies: how much a second run on the same images may differ; null: none compared. */
  noise: number | null;
  /** null: there is nothing to compare, or the two verdicts come from different rules or networks. */
  verdictChanged: boolean | null;
}

/** @param now null: this run has no verdict. */
export function compareWithBase(
  now: VerdictSnapshot | null,
  base: VerdictSnapshot,
  from: BaselineSource,
): BaseComparison {
  const { createdAt, family, choice, leaning, confidence, accuracy, conditions } = base;
  const sameConditions = now !== null && now.conditions === conditions;
  const common = now === null ? [] : commonImages(now.testImages, base.testImages);
  const differences =
    now !== null && sameConditions && common.length >= MIN_IMAGES
      ? now.strategies.flatMap((own) => difference(own, base, common) ?? [])
      : [];
  const compared = now?.strategies.filter(({ name }) =>
    differences.some(({ strategy }) => strategy === name),
  );
  return {
    from,
    base: { createdAt, family, choice, leaning, confidence, accuracy, conditions },
    sameConditions,
    commonTest: common.length,
    differences,
    noise: differences.length === 0 ? null : Math.max(...compared!.map(({ noise }) => noise)),
    verdictChanged:
      now === null || now.rule !== base.rule ? null : now.family !== family || now.choice !== choice,
  };
}

/** Positions of the same image here and at the base. */
type Common = readonly (readonly [here: number, there: number])[];

function commonImages(here: string, there: string): Common {
  const positions = new Map<string, number>();
  for (let i = 0; i < there.length / DIGITS; i++) positions.set(imageAt(there, i), i);
  return Array.from({ length: here.length / DIGITS }, (_, i) => [i, positions.get(imageAt(here, i))]).flatMap(
    ([own, other]) => (other === undefined ? [] : [[own!, other] as const]),
  );
}

function imageAt(images: string, index: number): string {
  return images.slice(DIGITS * index, DIGITS * (index + 1));
}

type Measured = VerdictSnapshot['strategies'][number];

function difference(
  { name, points, noise }: Measured,
  base: VerdictSnapshot,
  common: Common,
): Difference | null {
  const theirs = base.strategies.find((other) => other.name === name);
  const pair = theirs && largestPair(points, theirs.points);
  if (pair === undefined) return null;
  const [here, there] = pair;
  const [right, rightThere] = [decodeBase64(here.correct), decodeBase64(there.correct)];
  if (right === null || rightThere === null) return null;
  const steps = common.map(([own, other]) => bit(right, own) - bit(rightThere, other));
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const images = steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length ** 2;
  // The noise of a rerun is that of two runs, so half of each belongs to this difference.
  const runs = (noise ** 2 + theirs!.noise ** 2) / 2;
  const half = Math.sqrt(EIGHTY_PERCENT ** 2 * images + runs);
  return {
    strategy: name,
    trainExamples: here.trainExamples,
    baseExamples: there.trainExamples,
    mean,
    low: Math.max(-1, mean - half),
    high: Math.min(1, mean + half),
  };
}

function largestPair(
  own: readonly DigestPoint[],
  others: readonly DigestPoint[],
): [DigestPoint, DigestPoint] | undefined {
  return own
    .flatMap((point): [DigestPoint, DigestPoint][] => {
      const other = others.find(
        ({ trainExamples }) =>
          Math.abs(trainExamples - point.trainExamples) <= MAX_SIZE_DIFFERENCE * point.trainExamples,
      );
      return other === undefined ? [] : [[point, other]];
    })
    .at(-1);
}

function bit(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
}
