import type { Augmentation } from '../strategy/augment.js';
import type { HeadStart } from '../strategy/initial-weights.js';
import type { Unfreezing } from '../strategy/recipe.js';
import type { StrategyName } from '../verdict/types.js';

/**
 * `recipe.json`: everything needed, besides the images and the pre-trained weights, to train as the probe did, with any
 * framework. Its numbers are those that the program trains with; `definitions` says what they mean.
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
  /** The source of pre-trained layers; null: all layers start at random. */
  weights: RecipeWeights | null;
  /** The classifier, or the start of the head; null: the head starts from zeros. */
  linearProbe: RecipeProbe | null;
  /** null: the linear probe is the classifier, and nothing else is trained. */
  training: RecipeTraining | null;
  /** The recommended training, on all images. */
  fullRun: RecipeRun;
  /** The largest trial of this kind. */
  measuredRun: RecipeRun & { testImages: number; accuracy: number };
  /** Expected accuracy of the full run, with an 80 % interval; null: too far beyond what was measured to predict. */
  expected: { images: number; mean: number; low: number; high: number } | null;
  /** What the values above mean, by their path. */
  definitions: Record<string, string>;
  /** What else to know. */
  notes: string[];
}

/** How a file becomes the numbers that enter the network. */
export interface RecipeInput {
  /** Side of the square in pixels. */
  size: number;
  channels: 'rgb' | 'gray';
  /** Whether images are rotated as their EXIF data says. */
  exif: boolean;
  /** Per channel, for levels from 0 to 1. */
  mean: number[];
  std: number[];
}

export interface RecipeNetwork {
  name: string;
  /** From the input to the output. */
  layers: RecipeLayer[];
  /** null: no layer is standardized. */
  standardization: { scale: number; epsilon: number } | null;
  head: { inputs: number; outputs: number; start: HeadStart };
}

export interface RecipeLayer {
  name: string;
  kind: 'plain' | 'depthwise' | 'pointwise';
  /** Side of the kernel in pixels. */
  kernel: 1 | 3;
  stride: 1 | 2;
  /** Rows and columns of zeros before and after the image. */
  padding: [number, number];
  inputs: number;
  outputs: number;
  activation: 'relu' | 'relu6';
  /** Index of its block; blocks are frozen and unfrozen as a whole. */
  block: number;
  start: 'pretrained' | 'random';
  standardized: boolean;
}

export interface RecipeWeights {
  backbone: string;
  /** A path in Headstart's repository, or where they were read from: a path, a URL or `hf://…`. */
  source: string;
  sha256: string;
  format: 'float16' | 'tfjs' | 'safetensors';
  /** What they were trained on. */
  data: string;
  licence?: string;
}

/** A multinomial logistic regression on the features of pre-trained layers. */
export interface RecipeProbe {
  /** Layers whose outputs are averaged over the pixels and concatenated in this order. */
  features: string[];
  /** As the measured run chose it. */
  penalty: number;
  penalties: number[];
  deviationFloor: number;
  search: { images: number; evaluations: number; tolerance: number };
  fit: { evaluations: number; tolerance: number };
  /** Pairs that L-BFGS keeps. */
  history: number;
  sufficientDecrease: number;
}

export interface RecipeTraining {
  batch: number;
  /** Peak learning rate of the head and, times `blockScale`, of each block. */
  rate: number;
  /** From the input to the output; 0 is frozen. */
  blockScale: number[];
  /** Share of the steps in which the rate rises. */
  warmup: number;
  momentum: number;
  nesterov: true;
  weightDecay: number;
  labelSmoothing: number;
  clipNorm: number;
  /** When blocks start to train; null: all from the first step. */
  unfreezing: Unfreezing | null;
  augmentation: Augmentation;
}

export interface RecipeRun {
  /** Training images, including those held out. */
  images: number;
  /** Share of the images that is held out. */
  heldBack: number;
  /** Passes over the images that are trained on; absent: nothing is trained in steps. */
  epochs?: number;
  seed: number;
}

/** The definitions of the values that a recipe has. */
export function definitionsOf({
  network,
  weights,
  linearProbe,
  training,
}: Pick<Recipe, 'network' | 'weights' | 'linearProbe' | 'training'>): Record<string, string> {
  const absent = [
    ...WEIGHTS.filter((path) => path !== `weights.${weights?.format}`),
    ...(linearProbe === null ? ['linearProbe', 'linearProbe.penalty'] : []),
    ...(training === null ? TRAINING : []),
    ...(training?.unfreezing == null ? ['training.unfreezing'] : []),
    ...(network.standardization === null ? ['network.random', 'network.standardization'] : []),
  ];
  return Object.fromEntries(Object.entries(DEFINITIONS).filter(([path]) => !absent.includes(path)));
}

const WEIGHTS = ['weights.float16', 'weights.tfjs', 'weights.safetensors'];
const TRAINING = [
  'network.head',
  'training',
  'training.batch',
  'training.rate',
  'training.augmentation',
  'seed',
];

const DEFINITIONS: Record<string, string> = {
  classes: 'In the order of the network’s outputs, index 0 first.',
  input:
    'Decode the file; a JPEG at the smallest of the scales 1/8, 2/8, … 8/8 whose shorter side is still at least `size`. Rotate it as EXIF says where `exif` is true. Put transparent images on white. Crop the centered square: side = min(width, height), left = floor((width - side) / 2), top = floor((height - side) / 2). Resize it to `size` x `size`: when shrinking, each pixel is the average of the area that it covers; when enlarging, bilinear between pixel centers, with repeated edges. Round to whole levels, 0 to 255. gray: floor((299 R + 587 G + 114 B + 500) / 1000) in all three channels. The network receives (level / 255 - mean) / std, in the order red, green, blue.',
  'network.layers':
    'Each is a convolution with bias, followed by the activation. plain: over all channels; depthwise: each channel by itself; pointwise: 1 x 1 over all channels. padding: zeros [before, after] around the scaled pixels or the layer’s input; before is above and on the left, after is below and on the right. relu6: min(max(x, 0), 6). There is no batch norm and no dropout. start pretrained: from `weights`. start random: see network.random.',
  'network.random':
    'Biases start at 0, gains at 1, kernels uniform between -b and b, b = 1 / sqrt(n), where n is the number of weights per output: kernel x kernel x inputs, or kernel x kernel for depthwise.',
  'network.standardization':
    'A standardized layer convolves with gain * scale / sqrt(n) * (v - mean) / sqrt(variance + epsilon). v holds the n weights of one output, mean and variance (divided by n) are taken over v, and gain is one number per output. v and gain are trained.',
  'network.head':
    'A dense layer with bias on the outputs of the last layer, averaged over all pixels. start linear probe: kernel = weights of the probe / deviation, bias = bias of the probe - sum(kernel * mean), which gives the probe’s scores for features that are not standardized. start zeros: kernel and bias are 0.',
  'weights.float16':
    'IEEE half-precision numbers, little-endian, no header. For each layer of the backbone, in order: kernel [3, 3, inputs, outputs], the last index fastest, then bias [outputs]. `sha256` is of the file.',
  'weights.tfjs':
    'A TensorFlow.js layers model: model.json and its weight files; `sha256` is of the weight files, concatenated in the order of the manifest. Convolutions in the order of `network.layers`; batch norm after a convolution is folded into it: kernel * gamma / sqrt(variance + epsilon), bias = beta + (bias - mean) * gamma / sqrt(variance + epsilon).',
  'weights.safetensors':
    'model.safetensors next to config.json; `sha256` is of the former. Convolutions in the order of `network.layers`; batch norm after a convolution is folded into it: kernel * gamma / sqrt(variance + epsilon), bias = beta + (bias - mean) * gamma / sqrt(variance + epsilon).',
  linearProbe:
    'Features: for each layer in `features`, its outputs averaged over all pixels, with the pre-trained weights and without augmentation. Standardized: (feature - mean) / deviation over the images that are trained on, where deviation = standard deviation (divided by their number) + deviationFloor. Loss: mean cross-entropy (natural logarithm) + penalty * sum of squares of the weights, without the biases. L-BFGS with `history` pairs; the step is halved until the loss falls by sufficientDecrease * step * slope. It stops when the largest entry of the gradient is below `tolerance`, or after `evaluations` evaluations of the loss.',
  'linearProbe.penalty':
    'Each run chooses its own: try `penalties` in order on the first `search.images` images that are trained on, starting from zeros and then from the weights of the previous fit. Take the penalty with the most right answers on the held-out images, or the earlier one on a tie, and stop after two in a row that are worse than the best so far. Then fit on all images that are trained on, starting from the weights found, with the limits in `fit`. The value here is the choice of `measuredRun`.',
  training:
    'One step: the gradients of all parameters that train in this step are scaled together to an L2 norm of at most clipNorm; g = gradient + weightDecay * w for kernels of convolutions and of the head, g = gradient for biases and gains; v = momentum * v + g, starting at 0; w = w - rate * (g + momentum * v). A layer at rate 0 does not train, and its gradients do not count in the norm. The loss is the mean cross-entropy of the batch, with targets of 1 - labelSmoothing + labelSmoothing / classes for the true class and labelSmoothing / classes for the others. All steps are taken and the last weights are kept: there is no early stopping.',
  'training.batch':
    'Images per step, at most all of them. Each epoch takes floor(images / batch) steps through the images in a new random order; the remaining images are skipped in that epoch.',
  'training.rate':
    'The schedule is by steps. At step s of S (from 0), with p = s / S, the factor is (p + 0.001) / warmup while p < warmup, and then (1 - p) / (1 - warmup). The head trains at rate * factor, block b at rate * factor * blockScale[b].',
  'training.unfreezing':
    'At first only the last block and the head train. Checkpoint k of `checkpoints` comes after the first step s with floor((s + 1) * checkpoints / S) >= k, at most one after a step. It computes the mean cross-entropy of the held-out images, without augmentation and label smoothing. The next block toward the input is unfrozen when that loss is above plateau * the loss at the previous checkpoint, or when mostCheckpoints checkpoints have passed since a block was last unfrozen. The learning-rate schedule continues; the momentum of the new block starts at 0.',
  'training.augmentation':
    'Drawn uniformly for every image in every epoch. Pixel p of the result is pixel c + A (p - c) + d of the image, with bilinear interpolation and repeated edges; c is the center. d: whole pixels, each from -shiftPixels to shiftPixels. A = [[side * (1 + a), b], [side * e, 1 + f]], with a and f from -scale to scale, b and e from -shear to shear, and side = -1 with flipProbability, else 1. Then levels are multiplied by 1 + g, with g from -brightness to brightness, and capped at 255. No other augmentation.',
  fullRun:
    'The recommended training, on all images. measuredRun: the largest trial of this kind, and its accuracy on the test images in `metric`. The two differ only in the values given in them.',
  heldBack:
    'This share of the images of a run is held out from training: the run makes its choices on it. It is taken from each class, at least one image, keeping images of one group and exact copies together. Images are ordered by the SHA-256 of the seed as text, a zero byte, and the name of the group or `row ` and the row number, and the first are held out; any other stratified choice works as well.',
  seed: 'To reproduce the measured run bit for bit: xoroshiro128plus and uniformInt of pure-rand 8. Kernel of layer i: generator seed * 1009 + i, each weight uniformInt(-2^23, 2^23) / 2^23 * b in the order [3, 3, inputs, outputs]. Order and augmentation: generator seed * 7919 + 17. An epoch begins with a Fisher-Yates shuffle from the end, uniformInt(0, i); then, for each image of a batch: d of x, d of y, the flip (only where flipProbability is not 0: 1 of uniformInt(0, 1)), g, a, e, b, f, in units of 1 pixel, 1/256 (g) and 1/65536 (a, b, e, f).',
  expected:
    'Accuracy in `metric` after the full run, on new images like the test images, with an 80 % interval. balanced-accuracy: the mean recall over the classes.',
};
