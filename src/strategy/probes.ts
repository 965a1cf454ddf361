import { argmaxRows } from '../engine/argmax.js';
import type { Model } from '../engine/contract.js';
import { concatenatedWidth } from '../engine/network.js';
import { Warper } from '../engine/wasm/warp.js';
import { mirror } from './augment.js';
import { randomWeights, withZeroHead } from './initial-weights.js';
import { minimize } from './lbfgs.js';
import { classify, fitLinear, L2_PENALTIES, moments, standardize } from './logistic.js';
import type { PixelSource } from './training.js';
import { trialRows, type TrialContext, type TrialRows } from './trial.js';

const EMBED_BATCH = 32;
/** Share of its gain over the largest class that the probe has to keep on mirrored images. */
const MIN_MIRRORED_GAIN = 0.85;
/** Gain over the largest class below which a probe says nothing about flips. */
const MIN_GAIN = 0.1;

/**
 * Whether flips can be used for augmentation: a linear probe trained on unflipped images has to recognize
 * mirrored images of the inner split nearly as well. Letters, digits and signs fail, photographs pass. If the
 * probe learned next to nothing, flips stay off.
 */
export function flipKeepsMeaning(
  context: TrialContext,
  examples: number,
): { flip: boolean; plain: number; mirrored: number } {
  const rows = innerRows(context, examples);
  const model = embedder(context, 'pretrained');
  const classifier = fitOn(context, rows, (of) => context.features.read(of));
  const labels = rows.validation.map((row) => context.labels[row]);
  const share = (predicted: Int32Array) =>
    predicted.filter((label, i) => label === labels[i]).length / labels.length;
  const plain = share(classify(context.engine, classifier, context.features.read(rows.validation)));
  const turned = embedRows(model, mirrored(context), rows.validation);
  const inMirror = share(classify(context.engine, classifier, turned));
  model.dispose();
  return { flip: mirrorKeepsMeaning(plain, inMirror, largestShare(labels)), plain, mirrored: inMirror };
}

/** Decides from the accuracies on plain and mirrored images and the share of the largest class. */
export function mirrorKeepsMeaning(plain: number, mirrored: number, chance: number): boolean {
  return plain - chance >= MIN_GAIN && mirrored - chance >= MIN_MIRRORED_GAIN * (plain - chance);
}

function largestShare(labels: Int32Array): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}

/** Inner-split accuracy of pre-trained and of random features: proof that the weights are used. */
export function sourceGain(context: TrialContext, examples: number): { pretrained: number; random: number } {
  const rows = innerRows(context, examples);
  const model = embedder(context, 'random');
  const accuracy = (featuresOf: (of: Int32Array) => Float32Array) => {
    const classifier = fitOn(context, rows, featuresOf);
    const predicted = classify(context.engine, classifier, featuresOf(rows.validation));
    return (
      predicted.filter((label, i) => label === context.labels[rows.validation[i]]).length /
      rows.validation.length
    );
  };
  const pretrained = accuracy((of) => context.features.read(of));
  const random = accuracy((of) => embedRows(model, context.pixels, of));
  model.dispose();
  return { pretrained, random };
}

/** Holds out a third of the first `examples` training rows, so that the accuracies are precise enough. */
function innerRows(context: TrialContext, examples: number): TrialRows {
  return trialRows(context, { trainExamples: examples, seed: 0 }, 0.33);
}

function fitOn(context: TrialContext, rows: TrialRows, featuresOf: (rows: Int32Array) => Float32Array) {
  const labeled = (of: Int32Array) => ({
    features: featuresOf(of),
    labels: of.map((row) => context.labels[row]),
  });
  return fitLinear(context.engine, labeled(rows.train), labeled(rows.validation), context.classes);
}

function embedder(context: TrialContext, start: 'pretrained' | 'random'): Model {
  const network = context.backbone.network(context.size, 2);
  const weights =
    start === 'random' ? randomWeights(network, 1) : withZeroHead(network, context.backbone.weights);
  return context.engine.model(network, weights, EMBED_BATCH);
}

function mirrored({ pixels, size }: TrialContext): PixelSource {
  const warper = new Warper(EMBED_BATCH, size);
  return {
    read(rows, into) {
      pixels.read(rows, warper.source);
      mirror(warper, rows.length);
      into.set(warper.target);
    },
  };
}

/** Rows to memorize with shuffled labels, and rows to test afterward. */
export interface MemorizationTask {
  train: Int32Array;
  /** Several lists of shuffled labels, each by position in `train`. */
  dealt: Int32Array[];
  test: Int32Array;
}

/** The weakest penalty, so that nearly any labels can be learned. */
const MEMORIZATION_L2 = L2_PENALTIES.at(-1)!;
const MEMORIZATION_STEPS = 20;

/**
 * Predictions for the test rows by linear probes that memorized shuffled labels, one list per list of labels.
 */
export function memorize(
  { engine, features, classes }: Pick<TrialContext, 'engine' | 'features' | 'classes'>,
  { train, dealt, test }: MemorizationTask,
): Int32Array[] {
  const { width } = features;
  const raw = features.read(train);
  const { mean, deviation } = moments(raw, width);
  const trainFeatures = standardize(raw, mean, deviation);
  const testFeatures = standardize(features.read(test), mean, deviation);
  return dealt.map((labels) => {
    const problem = engine.linear(trainFeatures, train.length, width, labels, classes);
    const start = new Float32Array((width + 1) * classes);
    const { point } = minimize(
      (w) => problem.lossAndGradient(w, MEMORIZATION_L2),
      start,
      MEMORIZATION_STEPS,
      1e-4,
    );
    const scores = problem.scores(point, testFeatures, test.length);
    problem.dispose();
    return argmaxRows(scores, classes);
  });
}

/** Concatenated features of rows, [rows.length, concatenatedWidth(network)]. */
export function embedRows(model: Model, pixels: PixelSource, rows: Int32Array): Float32Array {
  const { network } = model;
  const width = concatenatedWidth(network);
  const features = new Float32Array(rows.length * width);
  const buffer = new Uint8Array(EMBED_BATCH * network.size * network.size * 3);
  for (let start = 0; start < rows.length; start += EMBED_BATCH) {
    const chunk = rows.subarray(start, start + EMBED_BATCH);
    pixels.read(chunk, buffer);
    features.set(model.embed(buffer, chunk.length), start * width);
  }
  return features;
}
