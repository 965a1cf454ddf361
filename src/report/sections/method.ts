import type { Unfreezing } from '../../strategy/recipe.js';
import type { StrategyName, StrategySummary, Verdict } from '../../verdict/types.js';
import { reachOf } from '../../verdict/sentences.js';
import { code, prose } from '../escape.js';
import { rankedStrategies } from '../ranking.js';
import type { CarriedTrials, Receipt, Report } from '../types.js';
import type { Recipe, RecipeProbe, RecipeTraining } from '../recipe-format.js';
import {
  count,
  counted,
  duration,
  percent,
  points,
  probability,
  range,
  signedPoints,
} from '../../verdict/format.js';
import { strategyNames } from '../names.js';
import { stacked, table } from '../layout.js';

const MAX_SEEDS = 100;

/** The full run of the choice, in short; `recipe.json` is complete. */
export function recipe({ recipe }: Report): string | null {
  if (recipe === null) return null;
  const { training, linearProbe, notes } = recipe;
  const steps = [
    ...(linearProbe === null ? [] : [probeStep(linearProbe, training === null)]),
    ...(training === null ? [] : [trainingStep(training, recipe)]),
    ...(training?.unfreezing == null ? [] : [unfreezingStep(training.unfreezing)]),
  ];
  const parts = [
    networkLine(recipe),
    steps.map((step, index) => `${index + 1}. ${step}`).join('\n'),
    ...(training === null ? [] : [augmentationLine(training.augmentation)]),
    expectation(recipe),
    notes.map((note) => `- ${prose(note)}`).join('\n'),
    'The complete recipe, for any framework, is in `recipe.json`.',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function expectation({ expected, measuredRun: { images, accuracy } }: Recipe): string {
  const measured = `the largest trial of this kind used ${counted(images, 'image')} and reached ${percent(accuracy)}.`;
  return expected === null
    ? `The result of the full run is too far off to predict; ${measured}`
    : `Expect ${percent(expected.mean)} (80 % interval: ${percent(expected.low)} to ${percent(expected.high)}) after training on ${counted(expected.images, 'image')}; ${measured}`;
}

function networkLine({ strategy, variant, network, weights, input }: Recipe): string {
  const start =
    weights === null ? 'a random start' : `the backbone ${code(weights.backbone)} (${code(weights.source)})`;
  return `${strategyNames[strategy]} (${prose(variant)}), from ${start}: ${counted(network.layers.length, 'convolution')}, ${count(input.size)} × ${count(input.size)} pixels.`;
}

function probeStep({ features, penalty }: RecipeProbe, isAll: boolean): string {
  const from = features.length === 1 ? 'the last layer' : counted(features.length, 'layer');
  return `**${isAll ? 'Classifier' : 'Head'}**: logistic regression on the standardized features of ${from}; penalty ${penalty}, chosen on held-out images.`;
}

function trainingStep(
  training: RecipeTraining,
  { fullRun: { images, heldBack, epochs = 0 } }: Recipe,
): string {
  const { rate, blockScale, warmup, batch, momentum, weightDecay, labelSmoothing, clipNorm } = training;
  const blocks = blockScale.every((scale) => scale === 1)
    ? ''
    : `, multiplied by ${blockScale.map((scale) => (scale === 0 ? '0 (frozen)' : String(scale))).join(', ')} for the blocks, starting at the input`;
  return [
    `**Training**: ${counted(epochs, 'epoch')} on ${counted(images, 'image')}, with ${share(heldBack)} of them held out.`,
    `SGD with Nesterov momentum ${momentum}, batch ${batch}, weight decay ${weightDecay}, gradients clipped to norm ${clipNorm}, label smoothing ${labelSmoothing}.`,
    `Peak learning rate ${rate}${blocks}; linear warmup over ${share(warmup)} of the steps, then linear decay to 0.`,
  ].join(' ');
}

function unfreezingStep({ checkpoints, plateau, mostCheckpoints }: Unfreezing): string {
  return `**Unfreezing**: the head and the last block first. The loss on held-out images is checked ${counted(checkpoints, 'time')}; the next block is unfrozen when the loss is above ${plateau} times the previous one, and no later than ${counted(mostCheckpoints, 'checkpoint')} after the last block.`;
}

function augmentationLine({
  flipProbability,
  shiftPixels,
  scale,
  shear,
  brightness,
}: RecipeTraining['augmentation']): string {
  return `Augmentation: ${flipProbability === 0 ? 'no flips' : `flips with probability ${flipProbability}`}, shifts up to ${counted(shiftPixels, 'pixel')}, scale ±${share(scale)}, shear ±${shear}, brightness ±${share(brightness)}.`;
}

/** `0.15` → `15 %`. */
function share(fraction: number): string {
  return `${Number((100 * fraction).toFixed(1))} %`;
}

/** What the numbers rest on: test images, backbone, earlier runs and effort. */
export function howMeasured(report: Report): string | null {
  const { verdict, receipt } = report;
  if (verdict === null && receipt === null) return null;
  const notes = [
    ...(receipt === null ? [] : ['All strategies were measured on the same test images.']),
    ...(verdict === null ? [] : transferOdds(verdict)),
    ...(receipt === null
      ? []
      : [
          `The verdict holds for the backbone ${code(receipt.backbone.name)}, pre-trained on ${prose(receipt.backbone.data)}.`,
        ]),
    ...(receipt?.backbone.ranking === undefined ? [] : [ranked(receipt.backbone.ranking)]),
    ...(receipt?.carried === undefined ? [] : [carried(receipt.carried)]),
    ...(receipt?.incidents ?? []).slice(0, 20).map((incident) => prose(incident)),
  ].map((note) => `- ${note}`);
  return [notes.join('\n'), effort(report)].filter((part) => part !== null).join('\n\n');
}

/** The probability that transfer is better by any margin, where numbers can be stated. */
function transferOdds({ horizon, pTransfer, gap, extrapolation }: Verdict): string[] {
  if (gap === null || extrapolation === null || reachOf(extrapolation) === 'beyond') return [];
  return [
    `At ${count(horizon)} training images, the estimated probability that transfer beats scratch by any margin is ${probability(pTransfer)}.`,
  ];
}

function carried({ trials, since, changedShare, testLeftOut }: CarriedTrials): string {
  const changed =
    changedShare === 0
      ? 'none of their training images have changed since'
      : `at most ${percent(changedShare)} of their training images have changed since`;
  const left =
    testLeftOut === 0
      ? ''
      : ` ${counted(testLeftOut, 'test image')} ${testLeftOut === 1 ? 'was' : 'were'} left out because not all of these trials can be measured on ${testLeftOut === 1 ? 'it' : 'them'}.`;
  return `${counted(trials, 'trial')} ${trials === 1 ? 'was' : 'were'} reused from earlier runs (the oldest from ${prose(since.slice(0, 10))}): ${changed}.${left}`;
}

function effort({ receipt }: Report): string | null {
  const spent = Object.entries(receipt?.effort ?? {}).map(([strategy, each]) => {
    const name = Object.hasOwn(strategyNames, strategy)
      ? strategyNames[strategy as StrategyName]
      : code(strategy);
    return `- ${name}: ${counted(each.settingsTried, 'setting')} tried, ${counted(each.trials, 'trial')}, ${count(each.imagePasses)} image passes, ${duration(each.seconds)}`;
  });
  return spent.length === 0 ? null : ['Effort per strategy:', '', ...spent].join('\n');
}

/** What it takes to repeat the run. */
export function receipt({ receipt, cost }: Report): string | null {
  if (receipt === null) return null;
  const { versions, engine, backbone, seeds, machine, trials, seconds, shards } = receipt;
  const spent = cost?.probe ?? null;
  const lines = [
    ['Versions', prose(pairs(Object.entries(versions)))],
    [
      'Engine',
      prose(`${engine.name} ${engine.version}, ${counted(engine.workers, 'process')}: ${engine.reason}`),
    ],
    ['Backbone', backboneLine(backbone)],
    [
      'Machine',
      prose(
        `${machine.cpu}, ${counted(machine.cores, 'core')}, ${machine.memoryGb} GB, ${machine.os}, Node ${machine.node}`,
      ),
    ],
    ...(shards === undefined
      ? []
      : [
          [
            'Shards',
            shards
              .map((one) => `${one.shard}: ${counted(one.trials, 'trial')}, ${prose(one.machine.cpu, 100)}`)
              .join('; '),
          ],
        ]),
    ['Seeds', seeds.slice(0, MAX_SEEDS).join(', ')],
    [
      'Trials',
      spent === null ? count(trials.length) : `${count(spent.trials)} in ${duration(spent.seconds)}`,
    ],
    ['Seconds', prose(pairs(Object.entries(seconds).map(([stage, value]) => [stage, value.toFixed(1)])))],
  ];
  return lines.map(([label, value]) => `- **${label}**: ${value}`).join('\n');
}

function pairs(entries: [string, string][]): string {
  return entries.map((pair) => pair.join(' ')).join(', ');
}

/** All trials, for the complete report. */
export function trialList({ receipt }: Report): string | null {
  if (receipt === null || receipt.trials.length === 0) return null;
  return table(
    [
      ['Strategy', 'left'],
      ['Variant', 'left'],
      ['Training images', 'right'],
      ['Seed', 'right'],
      ['Epochs', 'right'],
      ['Time', 'right'],
      ['Outcome', 'left'],
    ],
    receipt.trials
      .slice(0, 2000)
      .map((trial) => [
        strategyNames[trial.strategy],
        prose(trial.variant),
        count(trial.trainExamples),
        String(trial.seed),
        count(trial.epochs),
        duration(trial.seconds),
        trial.status === 'failed'
          ? `failed: ${prose(trial.error ?? 'no reason recorded')}`
          : trial.carriedFrom === undefined
            ? 'done'
            : `done on ${prose(trial.carriedFrom.slice(0, 10))}`,
      ]),
  );
}

/** What the main table leaves out: the largest size of each strategy, and its paired difference to the pick. */
export function strategyDetails(report: Report): string | null {
  const strategies = rankedStrategies(report);
  if (strategies.length === 0) return null;
  return table(
    [
      ['Strategy', 'left'],
      [stacked('Largest size', 'measured'), 'right'],
      [stacked('Difference', `to ${referenceName(report)}, paired`), 'right'],
    ],
    strategies.map((strategy) => {
      const { name, variant, accuracy, trainExamples, macroF1, converged, trainSeconds } = strategy;
      return [
        stacked(
          strategyNames[name],
          prose(variant),
          `converged: ${converged === null ? 'unknown' : converged ? 'yes' : 'no'}`,
          `${duration(trainSeconds)} of training`,
        ),
        stacked(
          percent(accuracy.mean),
          range(accuracy),
          `at ${count(trainExamples)}`,
          macroF1 === null ? null : `macro-F1 ${points(macroF1)}`,
        ),
        difference(strategy),
      ];
    }),
  );
}

function referenceName({ verdict }: Report): string {
  if (verdict === null) return 'the pick';
  return verdict.choice === null ? strategyNames[verdict.leaning].toLowerCase() : 'the pick';
}

function difference({ gapToChoice }: StrategySummary): string {
  if (gapToChoice === null) return '';
  const tie = gapToChoice.low <= 0 && gapToChoice.high >= 0 ? ' **tie**' : '';
  return stacked(
    `${signedPoints(gapToChoice.mean)}${tie}`,
    range(gapToChoice, signedPoints),
    `at ${count(gapToChoice.trainExamples)}`,
  );
}

function ranked(ranking: NonNullable<Receipt['backbone']['ranking']>): string {
  const order = ranking.map(({ name, knn }) => `${code(name)} (${percent(knn)})`).join(', ');
  return `It was chosen from ${count(ranking.length)} available backbones by the share of training images whose nearest neighbors have the same class: ${order}. This is a ranking, not a verdict.`;
}

function backboneLine({ name, sha256, licence, origin, pinned }: Receipt['backbone']): string {
  return [
    `${code(name)}, SHA-256 ${code(sha256)}`,
    ...(pinned === false ? ['not pinned: no expected hash was given'] : []),
    ...(origin === undefined ? [] : [`from ${code(origin)}`]),
    ...(licence === undefined ? [] : [`license ${prose(licence)}`]),
  ].join(', ');
}
