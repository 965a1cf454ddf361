import type { Augmentation } from '../strategy/augment.js';
import type { HeadStart } from '../strategy/initial-weights.js';
import type { Unfreezing } from '../strategy/recipe.js';
import type { StrategyName } from '../verdict/model.js';

/**
 * What `recipe.json` holds: everything that somebody needs, beside the images and the pre-trained weights, to train as
 * the probe has trained, with any framework. Numbers are those that the program trains with; `definitions` says what
 * they mean.
 */
export interface Recipe {
  schema: 'headstart/recipe/v2';
  strategy: StrategyName;
  variant: string;
  /** Names in the order of the network's outputs. */
  classes: string[];
  metric: 'accuracy' | 'balanced-accuracy';
  input: RecipeInput;
  network: RecipeNetwork;
  /** Of the layers that start pre-trained; null: every layer starts at random. */
  weights: RecipeWeights | null;
  /** The classifier, or what the head starts from; null: the head starts from zeros. */
  linearProbe: RecipeProbe | null;
  /** null: the linear probe is the classifier, and nothing else is trained. */
  training: RecipeTraining | null;
  /** What is recommended: the training on all images. */
  fullRun: RecipeRun;
  /** The largest trial of the probe that trained like this. */
  measuredRun: RecipeRun & { testImages: number; accuracy: number };
  /** What to expect of the full run, an 80 % interval; null: too far beyond what was measured to say. */
  expected: { images: number; mean: number; low: number; high: number } | null;
  /** What the values above mean, by where they stand. */
  definitions: Record<string, string>;
  /** What to know beside the numbers. */
  notes: string[];
}

/** From a file to the numbers that enter the network. */
export interface RecipeInput {
  /** Side in pixels. */
  size: number;
  channels: 'rgb' | 'gray';
  /** Whether images are turned as EXIF says. */
  exif: boolean;
  /** Of each channel, levels from 0 to 1. */
  mean: number[];
  std: number[];
}

export interface RecipeNetwork {
  name: string;
  /** Nearest the pixels first. */
  layers: RecipeLayer[];
  /** null: no layer is standardized. */
  standardization: { scale: number; epsilon: number } | null;
  head: { inputs: number; outputs: number; start: HeadStart };
}

export interface RecipeLayer {
  name: string;
  kind: 'plain' | 'depthwise' | 'pointwise';
  /** Side of the window in pixels. */
  kernel: 1 | 3;
  stride: 1 | 2;
  /** Rows and columns of zeros before and after the image. */
  padding: [number, number];
  inputs: number;
  outputs: number;
  activation: 'relu' | 'relu6';
  /** Which of the blocks that are frozen and opened together. */
  block: number;
  start: 'pretrained' | 'random';
  standardized: boolean;
}

export interface RecipeWeights {
  backbone: string;
  /** Path in Headstart's repository; or where they were read from: a path, an address or `hf://…`. */
  source: string;
  sha256: string;
  format: 'float16' | 'tfjs' | 'safetensors';
  /** What they were trained on. */
  data: string;
  licence?: string;
}

/** A multinomial logistic regression on the features of the pre-trained layers. */
export interface RecipeProbe {
  /** Layers whose outputs are averaged over the pixels and joined in this order. */
  features: string[];
  /** What the measured run chose. */
  penalty: number;
  penalties: number[];
  deviationFloor: number;
  search: { images: number; evaluations: number; tolerance: number };
  fit: { evaluations: number; tolerance: number };
  /** Of L-BFGS. */
  history: number;
  sufficientDecrease: number;
}

export interface RecipeTraining {
  batch: number;
  /** Peak learning rate of the head and, times `blockScale`, of each block. */
  rate: number;
  /** Nearest the pixels first; 0 is frozen. */
  blockScale: number[];
  /** Share of the steps in which the rate climbs. */
  warmup: number;
  momentum: number;
  nesterov: true;
  weightDecay: number;
  labelSmoothing: number;
  clipNorm: number;
  /** Which blocks train from when; null: all from the first step. */
  unfreezing: Unfreezing | null;
  augmentation: Augmentation;
}

export interface RecipeRun {
  /** Training images, those that are held back among them. */
  images: number;
  /** Share that is held back. */
  heldBack: number;
  /** Passes over the images that are not; absent: nothing is trained in steps. */
  epochs?: number;
  seed: number;
}
