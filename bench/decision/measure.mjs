import { accuracyOf, chanceError, chanceOf, isLearning, logit } from '../../build/verdict/statistics.js';
import { normalQuantile } from './random.mjs';

/** Of the variance that decides whether a trial is right on an image, the part that is the image's own difficulty. */
const DIFFICULTY = 0.55;
/** Of the rest, what all trials of a strategy share: its square is the part of the variance. */
const KINSHIP = 0.7;
/** Share of scratch's trials that fail, and the most log-odds that such a trial loses. */
const FAILING = 0.03;
const MOST_LOST = 0.8;

/** One simulated test set. Its images are as hard for one trial as for the next, so trials err together. */
export class TestSet {
  #random;
  #difficulty;
  /** Log-odds by which a variant differs from its strategy on this dataset. */
  #offset;
  #kin = new Map();
  #classes;

  constructor(images, classes, random) {
    this.#random = random;
    this.#classes = classes;
    this.#difficulty = normals(images, random);
    const backboneNet = 0.15 * random.normal() - 0.1;
    const freshModule = -0.3 + 0.25 * random.normal();
    this.#offset = { 'backbone net': backboneNet, 'fresh module': freshModule };
  }

  /** A measurement of a trial whose true accuracy is `truth`, as a probe would write it. */
  measure({ strategy, variant, trainExamples, seed }, truth, deficit) {
    const random = this.#random;
    const logOdds =
      logit(truth) + (this.#offset[variant] ?? 0) + seedNoise(strategy, trainExamples, random) - deficit;
    const expected = Math.min(0.9995, Math.max(0.0005, accuracyOf(logOdds)));
    const images = this.#difficulty.length;
    if (!this.#kin.has(strategy)) this.#kin.set(strategy, normals(images, random));
    const kin = this.#kin.get(strategy);
    const threshold = normalQuantile(expected);
    const [common, rest] = [Math.sqrt(DIFFICULTY), Math.sqrt(1 - DIFFICULTY)];
    const own = Math.sqrt(1 - KINSHIP ** 2);
    const bits = new Uint8Array(Math.ceil(images / 8));
    let right = 0;
    for (let image = 0; image < images; image++) {
      const hardness =
        common * this.#difficulty[image] + rest * (KINSHIP * kin[image] + own * random.normal());
      if (hardness >= threshold) continue;
      right++;
      bits[image >> 3] |= 1 << (image & 7);
    }
    return {
      strategy,
      variant,
      trainExamples,
      testExamples: images,
      accuracy: right / images,
      seed,
      correct: Buffer.from(bits).toString('base64'),
      learning: beatsChance(right / images, this.#classes, images),
    };
  }
}

/** As the probe notes it, with classes that are equally frequent. */
export function beatsChance(accuracy, classes, testExamples) {
  const chance = chanceOf('accuracy', classes, null);
  return isLearning(accuracy, chance, chanceError('accuracy', chance, testExamples, null));
}

/** Log-odds by which random starts and subsets move a trial: 1.5 times what the verdict believes where nets train. */
function seedNoise(strategy, trainExamples, random) {
  const sd = 0.05 * Math.sqrt(1 + 850 / trainExamples) * (strategy === 'frozen' ? 1 : 1.5);
  const fails = strategy === 'scratch' && random.uniform() < FAILING;
  const lost = fails ? MOST_LOST * random.uniform() : 0;
  return sd * random.normal() - lost;
}

function normals(count, random) {
  return Float64Array.from({ length: count }, () => random.normal());
}
