/** This report beside that of the base: did the verdict change, and did accuracy, beyond what another run would show? */
import { decodeBase64 } from '../verdict/base64.js';
import { EIGHTY_PERCENT } from '../verdict/interval.js';
import type { Interval, StrategyName } from '../verdict/model.js';
import type { DigestPoint, VerdictDigest } from './digest.js';

/** Sizes this close, as a share, count as the same. */
const SAME_SIZE = 0.1;
/** With fewer test images in common nothing is said about accuracy. */
const FEWEST_IMAGES = 30;
const DIGITS = 8;

/** Where the verdict of the base is from. */
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
    VerdictDigest,
    'createdAt' | 'family' | 'choice' | 'leaning' | 'confidence' | 'accuracy' | 'conditions'
  >;
  /** Backbone and image size are those of the base. */
  sameConditions: boolean;
  /** Test images that both were measured on. */
  commonTest: number;
  /** Accuracy here minus that at the base, paired on the common test images, at the largest size that both trained on. */
  differences: Difference[];
  /** Largest `rerunNoise` of the strategies compared: what a second run on the same images would show; null: nothing compared. */
  noise: number | null;
  /** null: there is nothing to compare, or another rule or network made one of the two. */
  verdictChanged: boolean | null;
}

/** @param now null: this run has no verdict. */
export function compareWithBase(
  now: VerdictDigest | null,
  base: VerdictDigest,
  from: BaselineSource,
): BaseComparison {
  const { createdAt, family, choice, leaning, confidence, accuracy, conditions } = base;
  const sameConditions = now !== null && now.conditions === conditions;
  const common = now === null ? [] : commonImages(now.testImages, base.testImages);
  const differences =
    now !== null && sameConditions && common.length >= FEWEST_IMAGES
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

/** Positions of the same image here and there. */
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

type Measured = VerdictDigest['strategies'][number];

function difference(
  { name, points, noise }: Measured,
  base: VerdictDigest,
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
  // A rerun's noise is of two runs: half of each is this difference's.
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
          Math.abs(trainExamples - point.trainExamples) <= SAME_SIZE * point.trainExamples,
      );
      return other === undefined ? [] : [[point, other]];
    })
    .at(-1);
}

function bit(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
}
