import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { float16ToFloat32 } from '../../src/backbone/tensor.js';
import { innerSplit } from '../../src/dataset/split/subset.js';
import { argmaxRows } from '../../src/engine/argmax.js';
import type { Engine, LinearProblem, Model } from '../../src/engine/contract.js';
import type { ConvLayer, Network, Weights } from '../../src/engine/network.js';
import { Warper } from '../../src/engine/wasm/warp.js';
import type { Recipe, RecipeLayer, RecipeProbe, RecipeTraining } from '../../src/report/recipe-format.js';

/*
 * A trainer of its own that sees a recipe, weights and images, and shares nothing with the program but its engine and
 * how it divides rows.
 */

export interface Images {
  /** uint8 [size, size, 3], one after the other. */
  pixels: Uint8Array;
  labels: Int32Array;
  /** Rows of the measured run, and rows that it is tested on. */
  train: Int32Array;
  test: Int32Array;
}

export interface Trained {
  predicted: Int32Array;
  /** null: the classifier is a logistic regression. */
  weights: Weights | null;
}

/** Repeats the measured run. */
export function trainFromRecipe(recipe: Recipe, file: Uint8Array, images: Images, engine: Engine): Trained {
  const { labels, train, test } = images;
  const { seed, heldBack } = recipe.measuredRun;
  const groups = Array<null>(labels.length).fill(null);
  const { train: fit, validation: hold } = innerSplit({ rows: train, labels, groups, share: heldBack, seed });
  const network = networkOf(recipe);
  const start = startOf(recipe, file, seed);
  const model = engine.model(network, start, 32);
  if (recipe.linearProbe !== null) {
    const at = columnsOf(recipe, recipe.linearProbe);
    const features = (rows: Int32Array) => featuresOf(model, images, rows, at);
    const labelsOf = (rows: Int32Array) => rows.map((row) => labels[row]);
    const probe = fitProbe(recipe.linearProbe, engine, network.classes, {
      fit: { features: features(fit), labels: labelsOf(fit) },
      hold: { features: features(hold), labels: labelsOf(hold) },
    });
    if (recipe.training === null)
      return { predicted: classify(engine, probe, features(test)), weights: null };
    model.load(new Map([...start, ...headOf(probe)]));
  }
  trainModel(model, recipe, { ...images, fit, hold });
  return { predicted: predict(model, images, test), weights: model.weights() };
}

/** The network as the engine takes it. */
function networkOf({ network, input, classes }: Recipe): Network {
  return {
    name: network.name,
    size: input.size,
    classes: classes.length,
    pixels: {
      scale: [0, 1, 2].map((c) => 1 / (255 * input.std[c])) as [number, number, number],
      shift: [0, 1, 2].map((c) => -input.mean[c] / input.std[c]) as [number, number, number],
    },
    layers: network.layers.map(
      ({ name, kind, inputs, outputs, stride, padding, activation, block, standardized }): ConvLayer => ({
        ...{ name, kind, inputs, outputs, stride, activation, block, standardized },
        padding: padding[0] < padding[1] ? 'same' : 'around',
      }),
    ),
  };
}

/** Weights of the convolutions under a head of zeros. */
function startOf({ network, weights }: Recipe, file: Uint8Array, seed: number): Weights {
  const halves = new Uint16Array(file.buffer, file.byteOffset, file.length / 2);
  const start: Weights = new Map();
  let offset = 0;
  const next = (count: number) => float16ToFloat32(halves.subarray(offset, (offset += count)));
  network.layers.forEach((layer, index) => {
    const { name, outputs } = layer;
    const kernel = weights === null ? new Float32Array(0) : next(weightsOfOutput(layer) * outputs);
    const bias = weights === null ? new Float32Array(0) : next(outputs);
    const isRandom = layer.start === 'random';
    start.set(`${name}/kernel`, isRandom ? randomKernel(layer, seed * 1009 + index) : kernel);
    start.set(`${name}/bias`, isRandom ? new Float32Array(outputs) : bias);
    if (layer.standardized) start.set(`${name}/gain`, new Float32Array(outputs).fill(1));
  });
  const { inputs, outputs } = network.head;
  start.set('head/kernel', new Float32Array(inputs * outputs));
  start.set('head/bias', new Float32Array(outputs));
  // The classifier of all depths is no head of the network.
  if (inputs !== network.layers.at(-1)!.outputs)
    start.set('head/kernel', new Float32Array(network.layers.at(-1)!.outputs * outputs));
  return start;
}

function weightsOfOutput({ kind, kernel, inputs }: RecipeLayer): number {
  return kernel * kernel * (kind === 'depthwise' ? 1 : inputs);
}

function randomKernel(layer: RecipeLayer, seed: number): Float32Array {
  const random = xoroshiro128plus(seed);
  const n = weightsOfOutput(layer);
  const draw = () => (uniformInt(random, -(2 ** 23), 2 ** 23) / 2 ** 23) * Math.sqrt(1 / n);
  return Float32Array.from({ length: n * layer.outputs }, draw);
}

const BATCH = 32;

/** Reads rows in batches of 32. */
function inBatches(
  { pixels }: Images,
  { network: { size } }: Model,
  rows: Int32Array,
  use: (batch: Uint8Array, rows: Int32Array, at: number) => void,
): void {
  const bytes = size * size * 3;
  for (let at = 0; at < rows.length; at += BATCH) {
    const own = rows.subarray(at, at + BATCH);
    const batch = new Uint8Array(own.length * bytes);
    own.forEach((row, i) => batch.set(pixels.subarray(row * bytes, (row + 1) * bytes), i * bytes));
    use(batch, own, at);
  }
}

function predict(model: Model, images: Images, rows: Int32Array): Int32Array {
  const { classes } = model.network;
  const logits = new Float32Array(rows.length * classes);
  inBatches(images, model, rows, (batch, own, at) => {
    logits.set(model.predict(batch, own.length), at * classes);
  });
  return argmaxRows(logits, classes);
}

/** Of the joined features of all layers, first and last column of each that the probe reads. */
function columnsOf({ network }: Recipe, { features }: RecipeProbe): [number, number][] {
  let end = 0;
  const columns = network.layers.map(({ name, outputs }): [string, [number, number]] => {
    end += outputs;
    return [name, [end - outputs, end]];
  });
  const at = new Map(columns);
  return features.map((name) => at.get(name)!);
}

/** A matrix and its width, row-major. */
interface Features {
  values: Float32Array;
  width: number;
}

function featuresOf(model: Model, images: Images, rows: Int32Array, columns: [number, number][]): Features {
  const all = model.network.layers.reduce((sum, { outputs }) => sum + outputs, 0);
  const width = columns.reduce((sum, [from, to]) => sum + to - from, 0);
  const values = new Float32Array(rows.length * width);
  inBatches(images, model, rows, (batch, own, at) => {
    const joined = model.embed(batch, own.length);
    own.forEach((_, i) => {
      let into = (at + i) * width;
      for (const [from, to] of columns) {
        values.set(joined.subarray(i * all + from, i * all + to), into);
        into += to - from;
      }
    });
  });
  return { values, width };
}

interface Probe {
  /** [width + 1, classes] for standardized features, the biases last. */
  point: Float32Array;
  mean: Float64Array;
  deviation: Float64Array;
  classes: number;
}

type Labelled = { features: Features; labels: Int32Array };

function fitProbe(
  { penalties, deviationFloor, search, ...rest }: RecipeProbe,
  engine: Engine,
  classes: number,
  { fit, hold }: { fit: Labelled; hold: Labelled },
): Probe {
  const { width } = fit.features;
  const rows = fit.labels.length;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  fit.features.values.forEach((value, i) => (mean[i % width] += value / rows));
  fit.features.values.forEach((value, i) => (deviation[i % width] += (value - mean[i % width]) ** 2 / rows));
  deviation.forEach((variance, d) => (deviation[d] = Math.sqrt(variance) + deviationFloor));
  const fitted = standardized(fit.features, mean, deviation);
  const held = standardized(hold.features, mean, deviation);

  const few = Math.min(rows, search.images);
  const sample = engine.linear(fitted.subarray(0, few * width), few, width, fit.labels, classes);
  let point: Float32Array = new Float32Array((width + 1) * classes);
  const tried: { penalty: number; hits: number; point: Float32Array }[] = [];
  const most = () => Math.max(...tried.map(({ hits }) => hits));
  for (const penalty of penalties) {
    point = minimize(sample, penalty, point, search, rest);
    const predicted = argmaxRows(sample.scores(point, held, hold.labels.length), classes);
    const hits = predicted.filter((label, i) => label === hold.labels[i]).length;
    tried.push({ penalty, hits, point });
    if (tried.slice(-2).length === 2 && tried.slice(-2).every((one) => one.hits < most())) break;
  }
  const best = tried.find(({ hits }) => hits === most())!;
  const all = engine.linear(fitted, rows, width, fit.labels, classes);
  return { point: minimize(all, best.penalty, best.point, rest.fit, rest), mean, deviation, classes };
}

function standardized({ values, width }: Features, mean: Float64Array, deviation: Float64Array) {
  return values.map((value, i) => (value - mean[i % width]) / deviation[i % width]);
}

/** L-BFGS with a step that is halved. */
function minimize(
  problem: LinearProblem,
  penalty: number,
  start: Float32Array,
  { evaluations, tolerance }: RecipeProbe['fit'],
  { history, sufficientDecrease }: Pick<RecipeProbe, 'history' | 'sufficientDecrease'>,
): Float32Array {
  const largest = (of: Float32Array) => of.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  let point = start;
  let { loss, gradient } = problem.lossAndGradient(point, penalty);
  let left = evaluations - 1;
  let pairs: { step: Float32Array; change: Float32Array }[] = [];
  while (left > 0 && largest(gradient) >= tolerance) {
    const direction = gradient.map((value) => -value);
    const alphas = new Map<object, number>();
    for (const pair of [...pairs].reverse()) {
      const alpha = dot(pair.step, direction) / dot(pair.step, pair.change);
      alphas.set(pair, alpha);
      direction.forEach((value, i) => (direction[i] = value + -alpha * pair.change[i]));
    }
    const last = pairs.at(-1);
    if (last !== undefined) {
      const factor = dot(last.step, last.change) / dot(last.change, last.change);
      direction.forEach((value, i) => (direction[i] = value * factor));
    }
    for (const pair of pairs) {
      const beta = dot(pair.change, direction) / dot(pair.step, pair.change);
      direction.forEach((value, i) => (direction[i] = value + (alphas.get(pair)! - beta) * pair.step[i]));
    }
    const slope = dot(direction, gradient);
    let length = pairs.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    const move = () => point.map((value, i) => value + length * direction[i]);
    let next = move();
    let found = problem.lossAndGradient(next, penalty);
    left--;
    while (!(found.loss <= loss + sufficientDecrease * length * slope) && left > 0 && length > 1e-8) {
      length /= 2;
      next = move();
      found = problem.lossAndGradient(next, penalty);
      left--;
    }
    if (!(found.loss < loss)) break;
    const step = next.map((value, i) => value - point[i]);
    const change = found.gradient.map((value, i) => value - gradient[i]);
    if (dot(step, change) > 1e-10) pairs = [...pairs, { step, change }].slice(-history);
    point = next;
    ({ loss, gradient } = found);
  }
  return point;
}

function classify(engine: Engine, { point, mean, deviation, classes }: Probe, features: Features) {
  const { width, values } = features;
  const problem = engine.linear(new Float32Array(width), 1, width, new Int32Array(1), classes);
  const scores = problem.scores(point, standardized(features, mean, deviation), values.length / width);
  return argmaxRows(scores, classes);
}

/** The same classifier for features that are not standardized. */
function headOf({ point, mean, deviation, classes }: Probe): Weights {
  const width = mean.length;
  const kernel = new Float32Array(width * classes);
  const bias = Float64Array.from(point.subarray(width * classes));
  for (let d = 0; d < width; d++) {
    for (let k = 0; k < classes; k++) {
      const weight = point[d * classes + k] / deviation[d];
      kernel[d * classes + k] = weight;
      bias[k] -= weight * mean[d];
    }
  }
  return new Map([
    ['head/kernel', kernel],
    ['head/bias', Float32Array.from(bias)],
  ]);
}

type Rows = Images & { fit: Int32Array; hold: Int32Array };

function trainModel(model: Model, recipe: Recipe, data: Rows): void {
  const training = recipe.training!;
  const { momentum, weightDecay, labelSmoothing, clipNorm, blockScale, unfreezing, warmup } = training;
  const { epochs = 0, seed } = recipe.measuredRun;
  const random = xoroshiro128plus(seed * 7919 + 17);
  const batch = Math.min(training.batch, data.fit.length);
  const perEpoch = Math.floor(data.fit.length / batch);
  const steps = epochs * perEpoch;
  const warper = new Warper(batch, recipe.input.size);
  const order = data.fit.slice();
  const losses: number[] = [];
  let open = unfreezing === null ? blockScale.length : 1;
  let sinceOpened = 0;
  for (let step = 0; step < steps; step++) {
    const at = step % perEpoch;
    if (at === 0) shuffle(order, random);
    const rows = order.subarray(at * batch, (at + 1) * batch);
    augmented(data, rows, warper, training.augmentation, random);
    const p = step / steps;
    const rate = training.rate * (p < warmup ? (p + 0.001) / warmup : (1 - p) / (1 - warmup));
    const rates = recipe.network.layers.map(({ block }) =>
      block < blockScale.length - open ? 0 : rate * blockScale[block],
    );
    model.trainStep(
      warper.target,
      rows.map((row) => data.labels[row]),
      batch,
      { learningRates: Float32Array.from([...rates, rate]), momentum, weightDecay, labelSmoothing, clipNorm },
    );
    if (unfreezing === null) continue;
    if (Math.floor(((step + 1) * unfreezing.checkpoints) / steps) <= losses.length) continue;
    losses.push(meanLoss(model, data));
    sinceOpened++;
    const stalls = losses.length > 1 && losses.at(-1)! > losses.at(-2)! * unfreezing.plateau;
    if (open < blockScale.length && (stalls || sinceOpened === unfreezing.mostCheckpoints)) {
      open++;
      sinceOpened = 0;
    }
  }
}

function meanLoss(model: Model, data: Rows): number {
  let sum = 0;
  inBatches(data, model, data.hold, (batch, rows) => {
    const targets = rows.map((row) => data.labels[row]);
    sum += model.evaluate(batch, targets, rows.length).loss;
  });
  return sum / data.hold.length;
}

function shuffle(order: Int32Array, random: RandomGenerator): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
}

/** Leaves the copies in the warper's target. */
function augmented(
  { pixels }: Images,
  rows: Int32Array,
  warper: Warper,
  { flipProbability, shiftPixels, scale, shear, brightness }: RecipeTraining['augmentation'],
  random: RandomGenerator,
): void {
  const one = 65536;
  const bytes = warper.size ** 2 * 3;
  const within = (limit: number) => uniformInt(random, -Math.round(limit), Math.round(limit));
  rows.forEach((row, i) => {
    warper.source.set(pixels.subarray(row * bytes, (row + 1) * bytes), i * bytes);
    const dx = within(shiftPixels);
    const dy = within(shiftPixels);
    const side = flipProbability > 0 && uniformInt(random, 0, 1) === 1 ? -1 : 1;
    const g = within(256 * brightness);
    const xx = side * (one + within(one * scale));
    const yx = side * within(one * shear);
    const xy = within(one * shear);
    const yy = one + within(one * scale);
    const twice = warper.size - 1;
    const left = dx * one + ((twice * (one - xx - xy)) >> 1);
    const top = dy * one + ((twice * (one - yx - yy)) >> 1);
    warper.warp(i, { left, top, xx, xy, yx, yy }, 256 + g);
  });
}
