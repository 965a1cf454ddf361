import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Model } from '../engine/contract.js';
import type { Network } from '../engine/network.js';
import { Warper } from '../engine/wasm/warp.js';
import { augment } from './augment.js';
import type { TrainingRecipe } from './recipe.js';

/** Where a trial's images come from: uint8 rows of [size, size, 3]. */
export interface PixelSource {
  read(rows: ArrayLike<number>, into: Uint8Array): void;
}

export interface TrainingData {
  pixels: PixelSource;
  /** Label of each row of the pixel source. */
  labels: Int32Array;
  /** Rows that are trained on, and rows that decide what has to be chosen. */
  fit: Int32Array;
  hold: Int32Array;
}

/** How a training went, judged on the inner split alone. */
export interface TrainingCourse {
  /** Accuracy on the inner split at the end. */
  holdAccuracy: number;
  /** Mean training loss of the last tenth of the steps. */
  trainLoss: number;
  imagePasses: number;
  /** The loss left the range of numbers: the rate was too high. */
  diverged: boolean;
  /**
   * False when many steps left the training loss where knowing nothing but the classes' shares would: the rate may have
   * been too high.
   */
  learned: boolean;
}

/** Trains the model in place, one-cycle, and reports how it went. */
export function train(
  model: Model,
  data: TrainingData,
  recipe: TrainingRecipe,
  seed: number,
): TrainingCourse {
  const { network } = model;
  const random = xoroshiro128plus(seed * 7919 + 17);
  const batch = Math.min(recipe.batch, data.fit.length);
  const stepsPerEpoch = Math.max(1, Math.floor(data.fit.length / batch));
  const steps = recipe.epochs * stepsPerEpoch;
  const warper = new Warper(batch, network.size);
  const labels = new Int32Array(batch);
  const blocks = new OpenBlocks(recipe, network);
  const { unfreezing } = recipe;
  const holdLosses: number[] = [];
  const order = data.fit.slice();
  let recentLoss = 0;
  let recentSteps = 0;

  for (let step = 0; step < steps; step++) {
    const position = step % stepsPerEpoch;
    if (position === 0) shuffle(order, random);
    const rows = order.subarray(position * batch, (position + 1) * batch);
    data.pixels.read(rows, warper.source);
    augment(warper, batch, recipe.augmentation, random);
    rows.forEach((row, i) => (labels[i] = data.labels[row]!));
    const loss = model.trainStep(warper.target, labels, batch, {
      rates: blocks.rates(recipe.rate * oneCycle(step / steps, recipe.warmup)),
      momentum: recipe.momentum,
      weightDecay: recipe.weightDecay,
      labelSmoothing: recipe.labelSmoothing,
      clipNorm: recipe.clipNorm,
    });
    if (!Number.isFinite(loss)) {
      return {
        holdAccuracy: 0,
        trainLoss: Infinity,
        imagePasses: step * batch,
        diverged: true,
        learned: false,
      };
    }
    if (step >= Math.min(steps * 0.9, steps - 1)) {
      recentLoss += loss;
      recentSteps++;
    }
    if (
      unfreezing !== null &&
      Math.floor(((step + 1) * unfreezing.checkpoints) / steps) > holdLosses.length
    ) {
      holdLosses.push(evaluate(model, data.pixels, data.hold, data.labels).loss);
      blocks.afterCheckpoint(holdLosses);
    }
  }
  const trainLoss = recentLoss / Math.max(1, recentSteps);
  const { accuracy: holdAccuracy } = evaluate(model, data.pixels, data.hold, data.labels);
  return {
    holdAccuracy,
    trainLoss,
    imagePasses: steps * batch,
    diverged: false,
    learned:
      steps < ENOUGH_STEPS ||
      trainLoss <= KNOWS_NOTHING * lossOfShares(data, recipe.labelSmoothing, network.classes),
  };
}

/** Straight up to the peak, straight down to zero; no cosine, which may differ between machines in the last bit. */
function oneCycle(progress: number, warmup: number): number {
  return progress < warmup ? (progress + 1e-3) / warmup : (1 - progress) / (1 - warmup);
}

/** Which blocks train, and how fast. */
class OpenBlocks {
  private open: number;
  private sinceOpened = 0;

  constructor(
    private readonly recipe: TrainingRecipe,
    private readonly network: Network,
  ) {
    this.open = recipe.unfreezing === null ? recipe.blockScale.length : 1;
  }

  /** Rates of all layers and the head, for a step whose rate is `rate`. */
  rates(rate: number): Float32Array {
    const lowest = this.recipe.blockScale.length - this.open;
    const rates = this.network.layers.map((layer) =>
      layer.block < lowest ? 0 : rate * this.recipe.blockScale[layer.block],
    );
    return Float32Array.from([...rates, rate]);
  }

  /** Opens the next block down when the inner-split loss no longer falls. */
  afterCheckpoint(losses: readonly number[]): void {
    const { unfreezing, blockScale } = this.recipe;
    if (unfreezing === null || this.open === blockScale.length) return;
    this.sinceOpened++;
    const [before, now] = losses.slice(-2) as [number, number | undefined];
    const stalls = now !== undefined && now > before * unfreezing.plateau;
    if (stalls || this.sinceOpened === unfreezing.mostCheckpoints) {
      this.open++;
      this.sinceOpened = 0;
    }
  }
}

/** A training loss above this share of what the classes' shares alone would give has learned nothing. */
const KNOWS_NOTHING = 0.98;
/** After fewer steps that says nothing about the rate. */
const ENOUGH_STEPS = 50;

/** The least loss of a constant answer: the entropy of the smoothed classes' shares. */
function lossOfShares({ fit, labels }: TrainingData, smoothing: number, classes: number): number {
  const shares = new Float64Array(classes).fill(smoothing / classes);
  for (const row of fit) shares[labels[row]] += (1 - smoothing) / fit.length;
  return shares.reduce((sum, share) => (share === 0 ? sum : sum - share * Math.log(share)), 0);
}

const EVALUATION_BATCH = 32;

/** Logits of the given rows, in chunks. */
export function predictRows(model: Model, pixels: PixelSource, rows: Int32Array): Float32Array {
  const { size, classes } = model.network;
  const logits = new Float32Array(rows.length * classes);
  const buffer = new Uint8Array(EVALUATION_BATCH * size * size * 3);
  for (let start = 0; start < rows.length; start += EVALUATION_BATCH) {
    const chunk = rows.subarray(start, start + EVALUATION_BATCH);
    pixels.read(chunk, buffer);
    logits.set(model.predict(buffer, chunk.length), start * classes);
  }
  return logits;
}

/** Mean loss and accuracy on the given rows, in chunks. */
function evaluate(
  model: Model,
  pixels: PixelSource,
  rows: Int32Array,
  labels: Int32Array,
): { loss: number; accuracy: number } {
  const buffer = new Uint8Array(EVALUATION_BATCH * model.network.size ** 2 * 3);
  let loss = 0;
  let hits = 0;
  for (let start = 0; start < rows.length; start += EVALUATION_BATCH) {
    const chunk = rows.subarray(start, start + EVALUATION_BATCH);
    pixels.read(chunk, buffer);
    const found = model.evaluate(
      buffer,
      chunk.map((row) => labels[row]),
      chunk.length,
    );
    loss += found.loss;
    hits += found.hits;
  }
  return { loss: loss / rows.length, accuracy: hits / rows.length };
}

function shuffle(order: Int32Array, random: RandomGenerator): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
}
