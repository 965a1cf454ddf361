import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Model } from '../engine/contract.js';
import type { Network } from '../engine/network.js';
import { Warper } from '../engine/wasm/warp.js';
import { augment } from './augment.js';
import type { TrainingRecipe } from './recipe.js';

/** Source of a trial's images: uint8 rows of [size, size, 3]. */
export interface PixelSource {
  read(rows: ArrayLike<number>, into: Uint8Array): void;
}

export interface TrainingData {
  pixels: PixelSource;
  /** Label of each row of the pixel source. */
  labels: Int32Array;
  /** Rows to train on, and rows to choose settings by. */
  train: Int32Array;
  validation: Int32Array;
}

/** How training went, judged by the inner split alone. */
export interface TrainingOutcome {
  /** Final accuracy on the validation rows. */
  validationAccuracy: number;
  /** Mean training loss of the last tenth of the steps. */
  trainLoss: number;
  imagePasses: number;
  /** The loss became infinite or NaN: the learning rate was too high. */
  diverged: boolean;
  /**
   * False if, after many steps, the training loss is still that of predicting the class frequencies: the
   * learning rate may have been too high.
   */
  learned: boolean;
}

/** Trains the model in place with a one-cycle schedule. */
export function train(
  model: Model,
  data: TrainingData,
  recipe: TrainingRecipe,
  seed: number,
): TrainingOutcome {
  const { network } = model;
  const random = xoroshiro128plus(seed * 7919 + 17);
  const batch = Math.min(recipe.batch, data.train.length);
  const stepsPerEpoch = Math.max(1, Math.floor(data.train.length / batch));
  const steps = recipe.epochs * stepsPerEpoch;
  const warper = new Warper(batch, network.size);
  const labels = new Int32Array(batch);
  const blocks = new UnfrozenBlocks(recipe, network);
  const { unfreezing } = recipe;
  const validationLosses: number[] = [];
  const order = data.train.slice();
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
      learningRates: blocks.learningRates(recipe.learningRate * oneCycle(step / steps, recipe.warmup)),
      momentum: recipe.momentum,
      weightDecay: recipe.weightDecay,
      labelSmoothing: recipe.labelSmoothing,
      clipNorm: recipe.clipNorm,
    });
    if (!Number.isFinite(loss)) {
      return {
        validationAccuracy: 0,
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
      Math.floor(((step + 1) * unfreezing.checkpoints) / steps) > validationLosses.length
    ) {
      validationLosses.push(evaluate(model, data.pixels, data.validation, data.labels).loss);
      blocks.afterCheckpoint(validationLosses);
    }
  }
  const trainLoss = recentLoss / Math.max(1, recentSteps);
  const { accuracy: validationAccuracy } = evaluate(model, data.pixels, data.validation, data.labels);
  return {
    validationAccuracy,
    trainLoss,
    imagePasses: steps * batch,
    diverged: false,
    learned:
      steps < MIN_STEPS ||
      trainLoss <= MAX_LOSS_RATIO * baselineLoss(data, recipe.labelSmoothing, network.classes),
  };
}

/** Linear warmup and linear decay; a cosine may differ between machines in the last bit. */
function oneCycle(progress: number, warmup: number): number {
  return progress < warmup ? (progress + 1e-3) / warmup : (1 - progress) / (1 - warmup);
}

/** Tracks which blocks train, and how fast. */
class UnfrozenBlocks {
  private unfrozen: number;
  private checkpointsSince = 0;

  constructor(
    private readonly recipe: TrainingRecipe,
    private readonly network: Network,
  ) {
    this.unfrozen = recipe.unfreezing === null ? recipe.blockScale.length : 1;
  }

  /** Learning rates of all layers and the head, for a step with learning rate `rate`. */
  learningRates(rate: number): Float32Array {
    const lowest = this.recipe.blockScale.length - this.unfrozen;
    const rates = this.network.layers.map((layer) =>
      layer.block < lowest ? 0 : rate * this.recipe.blockScale[layer.block],
    );
    return Float32Array.from([...rates, rate]);
  }

  /** Unfreezes the next block toward the pixels when the validation loss no longer falls. */
  afterCheckpoint(losses: readonly number[]): void {
    const { unfreezing, blockScale } = this.recipe;
    if (unfreezing === null || this.unfrozen === blockScale.length) return;
    this.checkpointsSince++;
    const [before, now] = losses.slice(-2) as [number, number | undefined];
    const stalls = now !== undefined && now > before * unfreezing.plateau;
    if (stalls || this.checkpointsSince === unfreezing.mostCheckpoints) {
      this.unfrozen++;
      this.checkpointsSince = 0;
    }
  }
}

/** A training loss above this share of the baseline loss means that nothing was learned. */
const MAX_LOSS_RATIO = 0.98;
/** With fewer steps, the loss says nothing about the learning rate. */
const MIN_STEPS = 50;

/** The lowest loss of a constant prediction: the entropy of the smoothed class frequencies. */
function baselineLoss({ train, labels }: TrainingData, smoothing: number, classes: number): number {
  const shares = new Float64Array(classes).fill(smoothing / classes);
  for (const row of train) shares[labels[row]] += (1 - smoothing) / train.length;
  return shares.reduce((sum, share) => (share === 0 ? sum : sum - share * Math.log(share)), 0);
}

const EVALUATION_BATCH = 32;

/** Logits of the given rows, computed in batches. */
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

/** Mean loss and accuracy on the given rows, computed in batches. */
function evaluate(
  model: Model,
  pixels: PixelSource,
  rows: Int32Array,
  labels: Int32Array,
): { loss: number; accuracy: number } {
  const buffer = new Uint8Array(EVALUATION_BATCH * model.network.size ** 2 * 3);
  let loss = 0;
  let correctCount = 0;
  for (let start = 0; start < rows.length; start += EVALUATION_BATCH) {
    const chunk = rows.subarray(start, start + EVALUATION_BATCH);
    pixels.read(chunk, buffer);
    const result = model.evaluate(
      buffer,
      chunk.map((row) => labels[row]),
      chunk.length,
    );
    loss += result.loss;
    correctCount += result.correctCount;
  }
  return { loss: loss / rows.length, accuracy: correctCount / rows.length };
}

function shuffle(order: Int32Array, random: RandomGenerator): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
}
