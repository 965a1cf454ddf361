import type { ConvLayer } from '../engine/network.js';
import type { Augmentation } from './augment.js';

/**
 * Version of how strategies train: networks, recipes, settings to try. Stored verdicts of another version are
 * not compared. Raise the number in every release in which the same trial may have another result.
 */
export const TRAINING_RULE = 'headstart-training/2';

/**
 * How a strategy trains, apart from its starting point. `report/recipe.ts` writes it to `recipe.json`, so
 * that any framework can repeat the training.
 */
export interface TrainingRecipe {
  /** Peak learning rate of the head and, times `blockScale`, of each block. */
  learningRate: number;
  /** Factor of the learning rate for each block, nearest the pixels first; 0 is frozen. */
  blockScale: number[];
  /** Passes over the training images. */
  epochs: number;
  batch: number;
  momentum: number;
  weightDecay: number;
  labelSmoothing: number;
  clipNorm: number;
  /** Share of the steps in which the learning rate rises linearly to its peak; then it falls linearly to 0. */
  warmup: number;
  /** When blocks are unfrozen; null: all train from the first step. */
  unfreezing: Unfreezing | null;
  augmentation: Augmentation;
}

/**
 * Unfreezes blocks one by one, starting with the last, each time the validation loss stops falling (ULMFiT,
 * Howard and Ruder 2018). The last block trains from the first step. The learning-rate schedule does not
 * restart.
 */
export interface Unfreezing {
  /** Number of evaluations on the validation images, evenly spread; the last is after the last step. */
  checkpoints: number;
  /** Unfreezes the next block when the loss is above this share of the loss at the previous checkpoint, */
  plateau: number;
  /** but at the latest after this many checkpoints. */
  mostCheckpoints: number;
}

/** Settings of all recipes. */
export const COMMON_SETTINGS = {
  batch: 32,
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0.1,
  clipNorm: 1,
  warmup: 0.15,
} as const;

export const UNFREEZING: Unfreezing = { checkpoints: 10, plateau: 0.99, mostCheckpoints: 2 };

/** The ways to train that the schedule chooses from: strategy and variant. */
export type Arm =
  | 'fine-tune/lp-ft'
  | 'hybrid/gradual unfreezing'
  | 'hybrid/fresh module'
  | 'scratch/small net'
  | 'scratch/backbone net';

/** The arm whose tuned learning rate an arm uses: arms with the same start are tuned once. */
export const LEARNING_RATE_FROM: Record<Arm, Arm> = {
  'fine-tune/lp-ft': 'fine-tune/lp-ft',
  'hybrid/gradual unfreezing': 'fine-tune/lp-ft',
  'hybrid/fresh module': 'scratch/small net',
  'scratch/small net': 'scratch/small net',
  'scratch/backbone net': 'scratch/small net',
};

/** Peak learning rates to try at the smallest size, in order; larger sizes use the best of them. */
export const LEARNING_RATES: Record<Arm, readonly number[]> = {
  'fine-tune/lp-ft': [0.1, 0.03],
  'hybrid/gradual unfreezing': [0.1, 0.03],
  'hybrid/fresh module': [0.1, 0.03],
  'scratch/small net': [0.1, 0.03],
  'scratch/backbone net': [0.1, 0.03],
};

/** In depthwise layers with folded batch norm, the rates above destroy the pre-trained features. */
const DEPTHWISE_LEARNING_RATES: readonly number[] = [0.03, 0.01];

/** How an architecture can be trained. */
export interface TrainingTraits {
  /** Replaces `LEARNING_RATES` for arms that use the backbone's architecture; null: no change. */
  learningRates: readonly number[] | null;
  /**
   * Whether it learns from a random start within the epochs of a probe. A chain of depthwise layers without
   * batch norm does not: MobileNetV1 0.25 on 300 images of trashnet reached 40 % accuracy in training and 35
   * % on the test images.
   */
  trainableFromScratch: boolean;
}

export function trainingTraits(layers: readonly ConvLayer[]): TrainingTraits {
  return layers.some(({ kind }) => kind === 'depthwise')
    ? { learningRates: DEPTHWISE_LEARNING_RATES, trainableFromScratch: false }
    : { learningRates: null, trainableFromScratch: true };
}

/** Peak learning rates to try, in order. */
export function learningRatesFor(arm: Arm, traits: TrainingTraits): readonly number[] {
  return arm === 'scratch/small net' ? LEARNING_RATES[arm] : (traits.learningRates ?? LEARNING_RATES[arm]);
}

/** Whether an arm trains the backbone's architecture, or a part of it, from a random start. */
export function startsFromScratch(arm: Arm): boolean {
  return arm === 'scratch/backbone net' || arm === 'hybrid/fresh module';
}

/**
 * Epochs for a thousand images, and the maximum for fewer images. A random start needs more steps than a
 * pre-trained one; the small net takes the most, each at a third of the cost.
 */
const EPOCHS: Record<Arm, { atThousand: number; max: number }> = {
  'fine-tune/lp-ft': { atThousand: 20, max: 50 },
  'hybrid/gradual unfreezing': { atThousand: 20, max: 50 },
  'hybrid/fresh module': { atThousand: 40, max: 100 },
  'scratch/small net': { atThousand: 60, max: 100 },
  'scratch/backbone net': { atThousand: 40, max: 100 },
};

/**
 * Epochs for `examples` images: they decrease with the inverse square root of the number of images up to a
 * thousand, and with the inverse cube root beyond, because nets were still learning when trained on several
 * thousand images with the square root. An `effort` below 1 shortens all arms alike when the budget is short.
 */
export function epochsFor(arm: Arm, examples: number, effort = 1): number {
  const { atThousand, max } = EPOCHS[arm];
  const thousands = examples / 1000;
  const epochs = (atThousand * effort) / (thousands > 1 ? Math.cbrt(thousands) : Math.sqrt(thousands));
  return Math.round(Math.max(atThousand / 5, Math.min(max, epochs)));
}

export function augmentationFor(size: number, flip: boolean): Augmentation {
  return {
    flipProbability: flip ? 0.5 : 0,
    shiftPixels: Math.round(size / 13),
    scale: 0.15,
    shear: 0.1,
    brightness: 0.1,
  };
}
