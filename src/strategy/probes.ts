import { joinedWidth } from '../engine/network.js';
import { Warper } from '../engine/wasm/warp.js';
import { mirror } from './augment.js';
import { randomWeights, withZeroHead } from './initial.js';
import { classify, fitLinear } from './logistic.js';
import type { PixelSource } from './training.js';
import { trialRows, type TrialContext, type TrialRows } from './trial.js';
import type { Model } from '../engine/contract.js';

const EMBED_BATCH = 32;
/** Share of what the probe knows beyond the largest class that it must know of mirrored images too. */
const KEPT_IN_MIRROR = 0.85;
/** A probe that knows less than this beyond the largest class cannot tell what a mirror does. */
const KNOWS_SOMETHING = 0.1;

/**
 * Whether flips may augment: a linear probe trained on images as they are must know mirrored ones of the inner split
 * nearly as well. Letters, digits and signs fail, photographs pass; where the probe knows next to nothing, flips stay
 * off, because nothing speaks for them.
 */
export function flipKeepsMeaning(
  context: TrialContext,
  examples: number,
): { flip: boolean; plain: number; mirrored: number } {
  const rows = innerRows(context, examples);
  const model = embedder(context, 'pretrained');
  const classifier = fitOn(context, rows, (of) => context.features.read(of));
  const labels = rows.hold.map((row) => context.labels[row]);
  const share = (predicted: Int32Array) =>
    predicted.filter((label, i) => label === labels[i]).length / labels.length;
  const plain = share(classify(context.engine, classifier, context.features.read(rows.hold)));
  const turned = embedRows(model, mirrored(context), rows.hold);
  const inMirror = share(classify(context.engine, classifier, turned));
  model.dispose();
  return { flip: mirrorKeepsMeaning(plain, inMirror, largestShare(labels)), plain, mirrored: inMirror };
}

/** From accuracies as they are and in the mirror, and the share of the largest class. */
export function mirrorKeepsMeaning(plain: number, mirrored: number, chance: number): boolean {
  return plain - chance >= KNOWS_SOMETHING && mirrored - chance >= KEPT_IN_MIRROR * (plain - chance);
}

function largestShare(labels: Int32Array): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}

/** Inner-split accuracy of frozen features, pre-trained and with the same network at random start: proof that the weights are used. */
export function sourceGain(context: TrialContext, examples: number): { pretrained: number; random: number } {
  const rows = innerRows(context, examples);
  const model = embedder(context, 'random');
  const accuracy = (featuresOf: (of: Int32Array) => Float32Array) => {
    const classifier = fitOn(context, rows, featuresOf);
    const predicted = classify(context.engine, classifier, featuresOf(rows.hold));
    return predicted.filter((label, i) => label === context.labels[rows.hold[i]]).length / rows.hold.length;
  };
  const pretrained = accuracy((of) => context.features.read(of));
  const random = accuracy((of) => embedRows(model, context.pixels, of));
  model.dispose();
  return { pretrained, random };
}

/** A third of the first `examples` training rows is held out, so that the shares are worth reading. */
function innerRows(context: TrialContext, examples: number): TrialRows {
  return trialRows(context, { trainExamples: examples, seed: 0 }, 0.33);
}

function fitOn(context: TrialContext, rows: TrialRows, featuresOf: (rows: Int32Array) => Float32Array) {
  const labelled = (of: Int32Array) => ({
    features: featuresOf(of),
    labels: of.map((row) => context.labels[row]),
  });
  return fitLinear(context.engine, labelled(rows.fit), labelled(rows.hold), context.classes);
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

/** Joined features of rows, [rows.length, joinedWidth]. */
export function embedRows(model: Model, pixels: PixelSource, rows: Int32Array): Float32Array {
  const { network } = model;
  const width = joinedWidth(network);
  const features = new Float32Array(rows.length * width);
  const buffer = new Uint8Array(EMBED_BATCH * network.size * network.size * 3);
  for (let start = 0; start < rows.length; start += EMBED_BATCH) {
    const chunk = rows.subarray(start, start + EMBED_BATCH);
    pixels.read(chunk, buffer);
    features.set(model.embed(buffer, chunk.length), start * width);
  }
  return features;
}
