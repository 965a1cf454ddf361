import type { Recipe } from './recipe-model.js';

/** What the values of a recipe mean, for those that it has. */
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
    'Decode the file; a JPEG at the smallest of the scales 1/8, 2/8, … 8/8 whose shorter side is still at least `size`. Turn it as EXIF says where `exif` is true. Put transparent images on white. Cut out the centered square: side = min(width, height), left = floor((width - side) / 2), top = floor((height - side) / 2). Resize it to `size` x `size`: where it shrinks, each pixel is the average of the area that it covers; where it grows, bilinear between pixel centers, edges repeated. Round to whole levels, 0 to 255. gray: floor((299 R + 587 G + 114 B + 500) / 1000) in all three channels. What enters the network is (level / 255 - mean) / std, channels red, green, blue.',
  'network.layers':
    'Each is a convolution with bias, then the activation. plain: over all channels; depthwise: each channel by itself; pointwise: 1 x 1 over all channels. padding: zeros [before, after], above and on the left, below and on the right, put around the scaled pixels or the layer’s input. relu6: min(max(x, 0), 6). There is no batch norm and no dropout. start pretrained: from `weights`. start random: see network.random.',
  'network.random':
    'Biases start at 0, gains at 1, kernels uniform between -b and b, b = 1 / sqrt(n), where n is the number of weights of one output: kernel x kernel x inputs; depthwise: kernel x kernel.',
  'network.standardization':
    'A layer that is standardized convolves with gain * scale / sqrt(n) * (v - mean) / sqrt(variance + epsilon). v are the n weights of one output, mean and variance (divided by n) theirs, and gain is a number for each output: v and gain are trained.',
  'network.head':
    'A dense layer with bias on the averages over all pixels of the last layer’s outputs. start linear probe: kernel = weights of the probe / deviation, bias = bias of the probe - sum(kernel * mean), so that it gives the probe’s scores for features that are not standardized. start zeros: kernel and bias are 0.',
  'weights.float16':
    'IEEE half-precision numbers, little-endian, no header. For each layer of the backbone, in order: kernel [3, 3, inputs, outputs], the last index fastest, then bias [outputs]. `sha256` is that of the file.',
  'weights.tfjs':
    'A layers model of TensorFlow.js: model.json and its weight files, `sha256` that of the weight files joined in the order of the manifest. Convolutions in the order of `network.layers`; batch norm after a convolution is folded into it: kernel * gamma / sqrt(variance + epsilon), bias = beta + (bias - mean) * gamma / sqrt(variance + epsilon).',
  'weights.safetensors':
    'model.safetensors beside config.json, `sha256` that of the former. Convolutions in the order of `network.layers`; batch norm after a convolution is folded into it: kernel * gamma / sqrt(variance + epsilon), bias = beta + (bias - mean) * gamma / sqrt(variance + epsilon).',
  linearProbe:
    'Features: for each layer of `features`, the average of its outputs over all pixels, of images as they are, without augmentation, by the pre-trained weights. Standardized: (feature - mean) / deviation of the images that are trained on, deviation = standard deviation (divided by their number) + deviationFloor. Loss: mean cross-entropy (natural logarithm) + penalty * sum of squares of the weights, without the biases. L-BFGS with `history` pairs; the step is halved until the loss falls by sufficientDecrease * step * slope; it ends when the largest entry of the gradient is below `tolerance`, at the latest after `evaluations` losses.',
  'linearProbe.penalty':
    'Each run chooses its own: fit the `penalties` in order on the first `search.images` images that are trained on, from zeros and then each from the weights of the one before; take the one that is right on most held-back images, on a tie the earlier one; stop after two in a row that are worse than the best so far. Then fit on all images that are trained on, from the weights found, as `fit` says. The value is what `measuredRun` chose.',
  training:
    'One step: the gradients of all parameters that train in this step are scaled together so that their L2 norm is at most clipNorm; g = gradient + weightDecay * w for kernels of convolutions and of the head, g = gradient for biases and gains; v = momentum * v + g, from 0; w = w - rate * (g + momentum * v). A layer at rate 0 does not train, and its gradients do not count in the norm. The gradient is that of the mean cross-entropy of the batch, the target of the true class 1 - labelSmoothing + labelSmoothing / classes, of the others labelSmoothing / classes. All steps are done and the last weights are kept: nothing stops early.',
  'training.batch':
    'Images of a step, at most all. Each epoch goes through the images in a new random order in floor(images / batch) steps; the images left over wait for another epoch.',
  'training.rate':
    'The schedule goes by steps. At step s of S (from 0), p = s / S, the factor is (p + 0.001) / warmup while p < warmup, then (1 - p) / (1 - warmup). The head trains at rate * factor, block b at rate * factor * blockScale[b].',
  'training.unfreezing':
    'At first only the last block and the head train. Checkpoint k of `checkpoints` comes after the first step s with floor((s + 1) * checkpoints / S) >= k, at most one after a step. It takes the mean cross-entropy of the held-back images, without augmentation and label smoothing. The next block toward the pixels opens when that loss is above plateau * the loss at the checkpoint before, or when mostCheckpoints checkpoints have passed since a block was opened last. The schedule of the rate goes on where it stands; the momentum of the opened block starts at 0.',
  'training.augmentation':
    'Drawn for every image in every epoch, uniformly. The pixel p of the copy is taken from c + A (p - c) + d of the image, bilinear, the nearest pixel beyond the edges; c is the center. d: whole pixels, both from -shiftPixels to shiftPixels. A = [[side * (1 + a), b], [side * e, 1 + f]], a and f from -scale to scale, b and e from -shear to shear (pixels a pixel), side = -1 with flipProbability, else 1. Then levels are multiplied by 1 + g, g from -brightness to brightness, and held at 255. No other augmentation.',
  fullRun:
    'The training that is recommended, on all images. measuredRun: the largest trial of the probe that trained like this, and its accuracy in `metric` on the test images. They differ in what stands in them; all else is the same for both.',
  heldBack:
    'Of the images of a run this share is not trained on: it decides what a run chooses. It is taken of each class, at least one image, images of one group and exact copies together. They are those whose SHA-256 of the text seed, a zero byte, and the name of the group or `row ` and the row number comes first; any other stratified choice does as well.',
  seed: 'To repeat the measured run to the bit: xoroshiro128plus and uniformInt of pure-rand 8. Kernel of layer i: generator seed * 1009 + i, each weight uniformInt(-2^23, 2^23) / 2^23 * b in the order [3, 3, inputs, outputs]. Order and augmentation: generator seed * 7919 + 17; an epoch begins with a Fisher-Yates shuffle from the end, uniformInt(0, i); then for each image of a batch d of x, d of y, the flip (only where flipProbability is not 0: 1 of uniformInt(0, 1)), g, a, e, b, f, in units of 1 pixel, 1/256 (g) and 1/65536 (a, b, e, f).',
  expected:
    'Accuracy in `metric` on new images like the test images, with an 80 % interval, after the full run. balanced-accuracy: the mean over the classes of the share that is right.',
};
