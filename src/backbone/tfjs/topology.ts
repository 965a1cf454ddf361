import { modelError, layerError, quoteName } from '../errors.js';
import { chainOf, type ChainLayer, settingsOf } from './chain.js';
import type { BatchNorm, ConvNormActivation } from './conv-norm-activation.js';
import { type Convolution, readConvolution, type ZeroPadding } from './convolution.js';
import type { KerasTopology } from './model-json.js';

/** Classes that begin the head, which is replaced. */
const HEAD_CLASSES = ['GlobalAveragePooling2D', 'GlobalMaxPooling2D', 'Flatten', 'Dense', 'Reshape'];
/** Classes without an effect in a trained model. */
const IGNORED_CLASSES = ['InputLayer', 'Dropout', 'SpatialDropout2D'];

/** What has been read so far. */
interface Progress {
  complete: ConvNormActivation[];
  /** A convolution that still lacks its activation, and perhaps its batch norm. */
  pending: { layer: ChainLayer; convolution: Convolution; norm: BatchNorm | null } | null;
  /** A ZeroPadding2D that still lacks its convolution. */
  padding: { layer: ChainLayer; zeroPadding: ZeroPadding } | null;
}

/**
 * Reads the convolutions of a Keras model from the image to the features, without the head.
 * @throws InputError for the first layer that the engines do not support.
 */
export function readTopology(topology: KerasTopology, file: string): ConvNormActivation[] {
  const progress: Progress = { complete: [], pending: null, padding: null };
  for (const layer of chainOf(topology, file)) {
    if (HEAD_CLASSES.includes(layer.className)) break;
    if (!IGNORED_CLASSES.includes(layer.className)) readLayer(progress, layer, file);
  }
  checkNonePending(progress, file);
  if (progress.padding !== null) {
    throw layerError(file, progress.padding.layer, 'is not followed by a convolution.');
  }
  if (progress.complete.length === 0) {
    throw modelError(
      file,
      'has no convolutions before its head.',
      'Use a convolutional model such as MobileNetV1, or omit the model.',
    );
  }
  return progress.complete;
}

function readLayer(progress: Progress, layer: ChainLayer, file: string): void {
  switch (layer.className) {
    case 'ZeroPadding2D':
      checkNonePending(progress, file);
      if (progress.padding !== null) throw layerError(file, layer, 'follows another ZeroPadding2D.');
      progress.padding = { layer, zeroPadding: readZeroPadding(layer, file) };
      return;
    case 'Conv2D':
    case 'DepthwiseConv2D':
      checkNonePending(progress, file);
      addConvolution(progress, layer, file);
      return;
    case 'BatchNormalization':
    case 'BatchNormalizationV1':
      addBatchNorm(progress, layer, file);
      return;
    case 'Activation':
    case 'ReLU':
      addActivation(progress, layer, readActivation(layer, file), file);
      return;
    default:
      throw layerError(file, layer, 'is of an unsupported class.');
  }
}

function addConvolution(progress: Progress, layer: ChainLayer, file: string): void {
  const halvings = progress.complete.filter(({ stride }) => stride === 2).length;
  const predecessors = { zeroPadding: progress.padding?.zeroPadding ?? null, halvings };
  const convolution = readConvolution(layer, predecessors, file);
  progress.padding = null;
  progress.pending = { layer, convolution, norm: null };
  addActivation(progress, layer, convolution.activation, file);
}

function addBatchNorm({ pending }: Progress, layer: ChainLayer, file: string): void {
  if (pending === null || pending.norm !== null) {
    throw layerError(file, layer, 'does not follow a convolution directly, so it cannot be folded into it.');
  }
  const settings = settingsOf(layer, file);
  const axis = settings.square('axis', -1);
  if (axis !== -1 && axis !== 3) {
    throw layerError(file, layer, `normalizes axis ${axis}; only the last axis, the channels, is supported.`);
  }
  pending.norm = {
    name: layer.name,
    epsilon: settings.number('epsilon') ?? 1e-3,
    scale: settings.flag('scale', true),
    center: settings.flag('center', true),
  };
}

function addActivation(progress: Progress, layer: ChainLayer, activation: string, file: string): void {
  if (activation === 'linear') return;
  if (activation !== 'relu' && activation !== 'relu6') {
    throw layerError(
      file,
      layer,
      `has the activation ${quoteName(activation)}; only relu and relu6 are supported.`,
    );
  }
  if (progress.pending === null) {
    throw layerError(file, layer, 'is an activation that does not follow a convolution.');
  }
  const { convolution, norm } = progress.pending;
  progress.complete.push({ ...convolution, norm, activation });
  progress.pending = null;
}

/** Name of the activation of a ReLU or Activation layer. */
function readActivation(layer: ChainLayer, file: string): string {
  const settings = settingsOf(layer, file);
  if (layer.className === 'Activation') return settings.text('activation', 'linear');
  const max = settings.number('max_value');
  const isModified = [settings.number('negative_slope'), settings.number('threshold')].some(
    (value) => (value ?? 0) !== 0,
  );
  if (isModified || (max !== null && max !== 6)) {
    throw layerError(file, layer, 'is a ReLU with a slope, a threshold or a maximum other than 6.');
  }
  return max === null ? 'relu' : 'relu6';
}

function checkNonePending({ pending }: Progress, file: string): void {
  if (pending === null) return;
  throw layerError(file, pending.layer, 'is not followed by ReLU or ReLU6, which every convolution needs.');
}

/** Keras allows one number, one per axis, or two per axis: before and after. */
function readZeroPadding(layer: ChainLayer, file: string): ZeroPadding {
  const raw = settingsOf(layer, file).raw('padding') ?? 1;
  const axes: unknown[] = Array.isArray(raw) ? raw : [raw, raw];
  const isPadding = (before: number, after: number) =>
    axes.length === 2 &&
    axes.every((axis) => {
      const sides: unknown[] = Array.isArray(axis) ? axis : [axis, axis];
      return sides.length === 2 && sides[0] === before && sides[1] === after;
    });
  if (isPadding(1, 1)) return 'around';
  if (isPadding(0, 1)) return 'after';
  throw layerError(file, layer, 'pads by other than [[1,1],[1,1]] or [[0,1],[0,1]], which is not supported.');
}
