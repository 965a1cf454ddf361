import type { ConvLayer } from '../engine/network.js';
import type { Augmentation } from './augment.js';

/**
 * How a strategy trains: everything that is not the starting point. What trains is what `recipe.json` holds
 * (`report/recipe.ts`), so that any framework can follow.
 */
export interface TrainingRecipe {
  /** Peak learning rate of the head and, times `blockScale`, of each block. */
  rate: number;
  /** Factor of the rate for each block, nearest the pixels first; 0 is frozen. */
  blockScale: number[];
  /** Passes over the training images. */
  epochs: number;
  batch: number;
  momentum: number;
  weightDecay: number;
  labelSmoothing: number;
  clipNorm: number;
  /** Share of the steps in which the rate climbs from 0 to its peak; then it falls to 0, both in straight lines. */
  warmup: number;
  /** Which blocks train from when; null: all from the first step. */
  unfreezing: Unfreezing | null;
  augmentation: Augmentation;
}

/**
 * Blocks are opened one by one from the last, each time the loss on held-back images stops falling (ULMFiT, Howard and
 * Ruder 2018). The last one is open from the first step; the schedule of the rate does not start again.
 */
export interface Unfreezing {
  /** Looks at the held-back images, evenly spread over the steps, the last after the last step. */
  checkpoints: number;
  /** The next block opens when the loss is above this share of the one at the checkpoint before, */
  plateau: number;
  /** and at the latest after so many checkpoints. */
  mostCheckpoints: number;
}

/** What all recipes share. */
export const COMMON = {
  batch: 32,
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0.1,
  clipNorm: 1,
  warmup: 0.15,
} as const;

export const UNFREEZING: Unfreezing = { checkpoints: 10, plateau: 0.99, mostCheckpoints: 2 };

/** Whose tuned rate an arm takes: those that start alike tune once. */
export const RATE_FROM: Record<Arm, Arm> = {
  'fine-tune/lp-ft': 'fine-tune/lp-ft',
  'hybrid/gradual unfreezing': 'fine-tune/lp-ft',
  'hybrid/fresh module': 'scratch/small net',
  'scratch/small net': 'scratch/small net',
  'scratch/backbone net': 'scratch/small net',
};

/** Peak rates that are tried at the smallest size, in this order; the best on the inner split is carried upward. */
export const RATES: Record<Arm, readonly number[]> = {
  'fine-tune/lp-ft': [0.1, 0.03],
  'hybrid/gradual unfreezing': [0.1, 0.03],
  'hybrid/fresh module': [0.1, 0.03],
  'scratch/small net': [0.1, 0.03],
  'scratch/backbone net': [0.1, 0.03],
};

/** Where pixels meet depthwise layers whose batch norm was folded, the rates above throw the features away. */
const DEPTHWISE_RATES: readonly number[] = [0.03, 0.01];

/** What an architecture asks of the recipes that train it. */
export interface Temper {
  /** In place of `RATES` where training starts from the backbone. */
  rates: readonly number[] | null;
  /**
   * Whether it learns from a random start in the passes of a probe. A chain of depthwise layers without batch norm does
   * not: MobileNetV1 0.25 on 300 images of trashnet got 40 % of its training images right, and 35 % of the test images.
   */
  learnsAnew: boolean;
}

export function temperOf(layers: readonly ConvLayer[]): Temper {
  return layers.some(({ kind }) => kind === 'depthwise')
    ? { rates: DEPTHWISE_RATES, learnsAnew: false }
    : { rates: null, learnsAnew: true };
}

/** Peak rates to try, in order. */
export function ratesFor(arm: Arm, temper: Temper): readonly number[] {
  return arm === 'scratch/small net' ? RATES[arm] : (temper.rates ?? RATES[arm]);
}

/** Whether an arm starts the backbone's architecture, or a part of it, at random. */
export function isAnew(arm: Arm): boolean {
  return arm === 'scratch/backbone net' || arm === 'hybrid/fresh module';
}

/** The ways to train, by name of strategy and variant, that the schedule chooses among. */
export type Arm =
  | 'fine-tune/lp-ft'
  | 'hybrid/gradual unfreezing'
  | 'hybrid/fresh module'
  | 'scratch/small net'
  | 'scratch/backbone net';

/**
 * Passes over a thousand images, and the most over fewer. A random start needs more steps than a pre-trained one; the
 * small net takes most, at a third of the price of each.
 */
const EPOCHS: Record<Arm, { atThousand: number; most: number }> = {
  'fine-tune/lp-ft': { atThousand: 20, most: 50 },
  'hybrid/gradual unfreezing': { atThousand: 20, most: 50 },
  'hybrid/fresh module': { atThousand: 40, most: 100 },
  'scratch/small net': { atThousand: 60, most: 100 },
  'scratch/backbone net': { atThousand: 40, most: 100 },
};

/**
 * Passes over `examples` images: fewer the more images there are, by the inverse square root up to a thousand and by
 * the cube root beyond: with the square root, nets were still learning when their passes over several thousand ended.
 * `effort` below 1 shortens all arms alike when the budget is short.
 */
export function epochsFor(arm: Arm, examples: number, effort = 1): number {
  const { atThousand, most } = EPOCHS[arm];
  const thousands = examples / 1000;
  const epochs = (atThousand * effort) / (thousands > 1 ? Math.cbrt(thousands) : Math.sqrt(thousands));
  return Math.round(Math.max(atThousand / 5, Math.min(most, epochs)));
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
