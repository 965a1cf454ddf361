import { DEFAULT_PIXELS } from '../engine/network.js';
import { armOf } from '../probe/plan.js';
import { chosenTrials } from '../probe/chosen-trials.js';
import type { TrialEnd } from '../probe/schedule.js';
import type { ProbeState } from '../probe/state.js';
import { augmentationFor, COMMON, epochsFor } from '../strategy/recipe.js';
import { trainedStrategy } from '../strategy/run.js';
import type { TrialContext } from '../strategy/trial.js';
import type { Analysis, StrategyName } from '../verdict/model.js';
import type { Recipe } from './model.js';

/** The full run of the choice, in numbers that any framework can take. */
export function recipeOf(state: ProbeState, { strategies }: Analysis, choice: StrategyName): Recipe {
  const { dataset, backbone, horizon } = state;
  const standIn = strategies.find(({ name }) => name === choice)?.variant;
  const end = chosenTrials(state.ends)
    .filter(({ spec }) => spec.strategy === choice && spec.variant === standIn)
    .reduce<TrialEnd | null>(
      (best, one) => (best === null || one.spec.trainExamples >= best.spec.trainExamples ? one : best),
      null,
    );
  const result = end !== null && 'result' in end ? end.result : null;
  const flip = state.flip?.flip ?? false;
  const { size } = dataset.image;
  const { scale, shift } = backbone.network(size, dataset.classes.length).pixels ?? DEFAULT_PIXELS;
  const base = {
    schema: 'headstart/recipe/v1' as const,
    strategy: choice,
    variant: standIn ?? '',
    backbone: choice === 'scratch' ? null : backbone.name,
    input: {
      size,
      mean: shift.map((value, channel) => -value / scale[channel] / 255),
      std: scale.map((value) => 1 / value / 255),
      channels: dataset.image.channels,
    },
    optimizer: {
      name: 'SGD, Nesterov',
      momentum: COMMON.momentum,
      weightDecay: COMMON.weightDecay,
      batch: COMMON.batch,
      labelSmoothing: COMMON.labelSmoothing,
    },
    augmentation: augmentationFor(size, flip),
    penalty: result?.penalty ?? null,
    notes: [
      result !== null && (triedRates(state, choice) > 1 || choice === 'frozen')
        ? 'The rate was chosen on held-back images at the probe’s size and batch; scale it with the batch.'
        : 'The budget left no time to try several rates: this is the usual one, at the probe’s batch.',
      flip
        ? 'Flips keep the labels’ meaning here.'
        : 'Flips are off: it was not shown that labels mean the same in the mirror.',
    ],
  };
  if (choice === 'frozen' || end === null) {
    return {
      ...base,
      optimizer: { ...base.optimizer, name: 'L-BFGS on standardised features of all depths' },
      augmentation: { flip: false, shiftPixels: 0, scale: 0, shear: 0, brightness: 0 },
      stages: [
        {
          name: 'logistic regression',
          epochs: 1,
          schedule: 'to convergence',
          blockRates: Array<number>(backbone.blocks).fill(0),
          headRate: 0,
        },
      ],
    };
  }
  return { ...base, stages: stagesOf(state, end, result?.rate ?? 0, horizon) };
}

/** Rates that the strategy, or one that starts like it, was tried at. */
function triedRates({ ends }: ProbeState, choice: StrategyName): number {
  const family = choice === 'scratch' ? ['scratch'] : ['fine-tune', 'hybrid'];
  const own = ends.filter(({ spec }) => family.includes(spec.strategy));
  return new Set(own.flatMap(({ spec }) => spec.rates)).size;
}

function stagesOf(state: ProbeState, { spec }: TrialEnd, rate: number, horizon: number): Recipe['stages'] {
  const { backbone, dataset } = state;
  const context = { backbone, size: dataset.image.size, classes: dataset.classes.length } as TrialContext;
  const { blockScale, gradual } = trainedStrategy(context, spec).recipe(rate);
  const epochs = epochsFor(armOf(spec), horizon);
  const blockRates = blockScale.map((scale) => scale * rate);
  const schedule = `linear up over ${Math.round(COMMON.warmup * 100)} % of the steps, linear down to 0`;
  const probe = {
    name: 'linear probe for the head',
    epochs: 1,
    schedule: 'to convergence',
    blockRates: blockRates.map(() => 0),
    headRate: 0,
  };
  if (!gradual) {
    const all = { name: 'train', epochs, schedule, blockRates, headRate: rate };
    return spec.strategy === 'fine-tune' ? [probe, all] : [all];
  }
  const share = Math.max(1, Math.round(epochs / blockRates.length));
  return [
    probe,
    ...blockRates.map((_, stage) => ({
      name: `blocks from ${blockRates.length - stage} up`,
      epochs: share,
      schedule: `${schedule}, over all stages together; next stage when the validation loss stops falling`,
      blockRates: blockRates.map((value, block) => (block < blockRates.length - 1 - stage ? 0 : value)),
      headRate: rate,
    })),
  ];
}
