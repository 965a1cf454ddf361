import {
  DEFAULT_PIXELS,
  featureWidth,
  concatenatedWidth,
  STANDARDIZATION,
  zerosBefore,
  type Network,
} from '../engine/network.js';
import { armOf } from '../scheduling/trial-spec.js';
import { chosenTrials, type DoneTrial } from '../scheduling/chosen-trials.js';
import type { TrialOutcome } from '../scheduling/schedule.js';
import type { Reportable } from '../probe/stages.js';
import { HISTORY, SUFFICIENT_DECREASE } from '../strategy/lbfgs.js';
import { LOGISTIC_REGRESSION } from '../strategy/logistic.js';
import { epochsFor } from '../strategy/recipe.js';
import type { HeadStart } from '../strategy/initial-weights.js';
import { trainedStrategy, type TrainedStrategy } from '../strategy/strategies.js';
import { heldBackShare, type NetworkContext, type TrialSpec } from '../strategy/trial.js';
import type { Analysis, Interval, StrategyName, Verdict } from '../verdict/types.js';
import { reachOf } from '../verdict/sentences.js';
import {
  definitionsOf,
  type Recipe,
  type RecipeInput,
  type RecipeLayer,
  type RecipeNetwork,
  type RecipeProbe,
  type RecipeRun,
  type RecipeTraining,
  type RecipeWeights,
} from './recipe-format.js';

/** The full run of the choice; null when no trial of it has finished. */
export function recipeOf(
  state: Reportable,
  { strategies, verdict }: Pick<Analysis, 'strategies'> & { verdict: Pick<Verdict, 'extrapolation'> },
  choice: StrategyName,
): Recipe | null {
  const summary = strategies.find(({ name }) => name === choice);
  const trial = summary === undefined ? null : furthestTrial(state.outcomes, choice, summary.variant);
  if (summary === undefined || trial === null) return null;
  const isBeyond = reachOf(verdict.extrapolation ?? 1) === 'beyond';
  return recipeOfTrial(state, trial, isBeyond ? null : summary.predicted);
}

/** How a trial was trained, and the full run of the same kind. */
export function recipeOfTrial(
  state: Reportable,
  { spec, result }: Pick<DoneTrial, 'spec' | 'result'>,
  predicted: Interval | null,
): Recipe {
  const { backbone, dataset, metric, horizon } = state;
  const classes = dataset.classes.length;
  const context: NetworkContext = { backbone, size: dataset.image.size, classes };
  const trained = spec.strategy === 'frozen' ? null : trainedStrategy(context, spec);
  const net = trained?.network ?? backbone.network(context.size, classes);
  const network = networkOf(net, trained?.head ?? null);
  const isPretrained = network.layers.some(({ start }) => start === 'pretrained');
  const parts = {
    network,
    weights: isPretrained ? weightsOf(state) : null,
    linearProbe: result.penalty === null ? null : probeOf(net, trained === null, result.penalty),
    training: trained === null ? null : trainingOf(trained, result.rate!),
  };
  const { accuracy } = result.measurement;
  return {
    schema: 'headstart/recipe/v2',
    strategy: spec.strategy,
    variant: spec.variant,
    classes: dataset.classes,
    metric,
    input: inputOf(dataset.image, net),
    ...parts,
    fullRun: runOf(horizon, 0, trained && epochsFor(armOf(spec), horizon)),
    measuredRun: {
      ...runOf(spec.trainExamples, spec.seed, trained && spec.epochs),
      testImages: state.test.length,
      accuracy: rounded(accuracy, 4),
    },
    expected:
      predicted === null || reachOf(horizon / spec.trainExamples) === 'beyond'
        ? null
        : { images: horizon, ...roundedInterval(predicted) },
    definitions: definitionsOf(parts),
    notes: trained === null ? [] : notesOf(state, spec),
  };
}

/** The trial of the largest size with the most epochs and the lowest seed. */
function furthestTrial(
  outcomes: readonly TrialOutcome[],
  strategy: StrategyName,
  variant: string,
): DoneTrial | null {
  const own = chosenTrials(outcomes).filter(
    ({ spec }) => spec.strategy === strategy && spec.variant === variant,
  );
  return own.reduce<DoneTrial | null>(
    (best, one) => (best === null || isFurther(one.spec, best.spec) ? one : best),
    null,
  );
}

function isFurther(a: TrialSpec, b: TrialSpec): boolean {
  if (a.trainExamples !== b.trainExamples) return a.trainExamples > b.trainExamples;
  return a.epochs !== b.epochs ? a.epochs > b.epochs : a.seed < b.seed;
}

function inputOf({ size, channels, exif }: Reportable['dataset']['image'], { pixels }: Network): RecipeInput {
  const { scale, shift } = pixels ?? DEFAULT_PIXELS;
  return {
    size,
    channels: channels === 'grey' ? 'gray' : 'rgb',
    exif,
    mean: shift.map((value, channel) => rounded(-value / scale[channel] / 255)),
    std: scale.map((value) => rounded(1 / value / 255)),
  };
}

/** @param head null: the classifier uses the features of all layers. */
function networkOf(network: Network, head: HeadStart | null): RecipeNetwork {
  const layers = layersOf(network);
  return {
    name: network.name,
    layers,
    standardization: layers.some(({ standardized }) => standardized) ? STANDARDIZATION : null,
    head: {
      inputs: head === null ? concatenatedWidth(network) : featureWidth(network),
      outputs: network.classes,
      start: head ?? 'linear probe',
    },
  };
}

function layersOf({ size, layers }: Network): RecipeLayer[] {
  let side = size;
  return layers.map((layer) => {
    const { name, kind = 'plain', stride, inputs, outputs, activation = 'relu', block } = layer;
    const kernel = kind === 'pointwise' ? 1 : 3;
    const before = zerosBefore(layer, side);
    const sideAfter = Math.ceil(side / stride);
    const after = Math.max(0, (sideAfter - 1) * stride + kernel - side - before);
    side = sideAfter;
    const standardized = layer.standardized === true;
    return {
      ...{ name, kind, kernel, stride, padding: [before, after], inputs, outputs, activation, block },
      ...{ start: standardized ? 'random' : 'pretrained', standardized },
    };
  });
}

function weightsOf({ backbone, backboneFrom }: Reportable): RecipeWeights {
  const { name, sha256, data, licence } = backbone;
  return {
    backbone: name,
    source: backboneFrom?.origin ?? `dist/weights/${name}.f16`,
    sha256,
    format: backboneFrom?.form ?? 'float16',
    data,
    ...(licence === null ? {} : { licence }),
  };
}

function probeOf({ layers }: Network, allDepths: boolean, penalty: number): RecipeProbe {
  const pooled = layers.filter(({ pooled = true }) => pooled).map(({ name }) => name);
  const { penalties, deviationFloor, search, fit } = LOGISTIC_REGRESSION;
  return {
    features: allDepths ? pooled : pooled.slice(-1),
    penalty,
    penalties: [...penalties],
    deviationFloor,
    search,
    fit,
    history: HISTORY,
    sufficientDecrease: SUFFICIENT_DECREASE,
  };
}

function trainingOf(trained: TrainedStrategy, rate: number): RecipeTraining {
  const { batch, blockScale, warmup, momentum, weightDecay, labelSmoothing, clipNorm, ...rest } =
    trained.recipe(rate);
  const { unfreezing, augmentation } = rest;
  return {
    ...{ batch, rate, blockScale, warmup, momentum, nesterov: true, weightDecay, labelSmoothing, clipNorm },
    ...{ unfreezing, augmentation },
  };
}

function runOf(images: number, seed: number, epochs: number | null): RecipeRun {
  return { images, heldBack: heldBackShare(images), ...(epochs === null ? {} : { epochs }), seed };
}

function notesOf({ outcomes, flip }: Reportable, { strategy }: TrialSpec): string[] {
  const family = strategy === 'scratch' ? ['scratch'] : ['fine-tune', 'hybrid'];
  const tried = outcomes
    .filter(({ spec }) => family.includes(spec.strategy))
    .flatMap(({ spec }) => spec.rates);
  return [
    new Set(tried).size > 1
      ? 'The learning rate was chosen from several on held-out images. With another batch size, scale it in proportion.'
      : 'There was no time to try several learning rates: this is the default for this batch size.',
    flip?.flip === true
      ? 'Flips are on: mirrored images keep their labels.'
      : 'Flips are off: the data did not show that mirrored images keep their labels.',
  ];
}

function roundedInterval({ mean, low, high }: Interval): Interval {
  return { mean: rounded(mean, 4), low: rounded(low, 4), high: rounded(high, 4) };
}

/** Without the last digits of a float. */
function rounded(value: number, decimals?: number): number {
  return Number(decimals === undefined ? value.toPrecision(12) : value.toFixed(decimals));
}
