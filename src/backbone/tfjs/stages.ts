import { chainOf, type ChainLayer } from './chain.js';
import { convolutionOf, type Convolution, type Zeros } from './convolution.js';
import type { KerasTopology } from './model.js';
import { quote, refuse, refuseLayer } from './refuse.js';
import { settingsOf } from './settings.js';
import type { BatchNorm, Stage } from './stage.js';

/** What follows the features; from there on the model is the target's. */
const HEADS = ['GlobalAveragePooling2D', 'GlobalMaxPooling2D', 'Flatten', 'Dense', 'Reshape'];
/** What does nothing once a model is trained. */
const IDLE = ['InputLayer', 'Dropout', 'SpatialDropout2D'];

/** A stage that may still get its normalisation and its activation, and zeros that wait for a convolution. */
interface Reading {
  stages: Stage[];
  open: { layer: ChainLayer; convolution: Convolution; norm: BatchNorm | null } | null;
  zeros: { layer: ChainLayer; zeros: Zeros } | null;
}

/**
 * The convolutions of a Keras model from the image to the features, nearest the pixels first; the head is left out.
 * @throws InputError naming the first layer that our networks do not have.
 */
export function stagesOf(topology: KerasTopology, file: string): Stage[] {
  const reading: Reading = { stages: [], open: null, zeros: null };
  for (const layer of chainOf(topology, file)) {
    if (HEADS.includes(layer.className)) break;
    if (!IDLE.includes(layer.className)) readLayer(reading, layer, file);
  }
  refuseOpen(reading, file);
  if (reading.zeros !== null) throw refuseLayer(file, reading.zeros.layer, 'is followed by no convolution.');
  if (reading.stages.length === 0) {
    throw refuse(
      file,
      'describes a model that has no convolutions before its head.',
      'Take a convolutional model such as MobileNetV1, or leave the model out.',
    );
  }
  return reading.stages;
}

function readLayer(reading: Reading, layer: ChainLayer, file: string): void {
  switch (layer.className) {
    case 'ZeroPadding2D':
      refuseOpen(reading, file);
      if (reading.zeros !== null) throw refuseLayer(file, layer, 'pads what is already padded.');
      reading.zeros = { layer, zeros: zerosOf(layer, file) };
      return;
    case 'Conv2D':
    case 'DepthwiseConv2D':
      refuseOpen(reading, file);
      readConvolution(reading, layer, file);
      return;
    case 'BatchNormalization':
    case 'BatchNormalizationV1':
      readNorm(reading, layer, file);
      return;
    case 'Activation':
    case 'ReLU':
      activate(reading, layer, activationOf(layer, file), file);
      return;
    default:
      throw refuseLayer(file, layer, 'is of a class that is not read.');
  }
}

function readConvolution(reading: Reading, layer: ChainLayer, file: string): void {
  const halvings = reading.stages.filter(({ stride }) => stride === 2).length;
  const before = { zeros: reading.zeros?.zeros ?? null, halvings };
  const convolution = convolutionOf(layer, before, file);
  reading.zeros = null;
  reading.open = { layer, convolution, norm: null };
  activate(reading, layer, convolution.activation, file);
}

function readNorm({ open }: Reading, layer: ChainLayer, file: string): void {
  if (open === null || open.norm !== null) {
    throw refuseLayer(
      file,
      layer,
      'does not follow a convolution directly, so it cannot become a part of it.',
    );
  }
  const settings = settingsOf(layer, file);
  const axis = settings.square('axis', -1);
  if (axis !== -1 && axis !== 3) {
    throw refuseLayer(file, layer, `normalises axis ${axis}; only the channels, the last axis, are read.`);
  }
  open.norm = {
    name: layer.name,
    epsilon: settings.number('epsilon') ?? 1e-3,
    scale: settings.flag('scale', true),
    center: settings.flag('center', true),
  };
}

function activate(reading: Reading, layer: ChainLayer, activation: string, file: string): void {
  if (activation === 'linear') return;
  if (activation !== 'relu' && activation !== 'relu6') {
    throw refuseLayer(file, layer, `has the activation ${quote(activation)}; only relu and relu6 are read.`);
  }
  if (reading.open === null) throw refuseLayer(file, layer, 'is an activation that follows no convolution.');
  const { convolution, norm } = reading.open;
  reading.stages.push({ ...convolution, norm, activation });
  reading.open = null;
}

/** ReLU with its knobs, or Activation with the name of one. */
function activationOf(layer: ChainLayer, file: string): string {
  const settings = settingsOf(layer, file);
  if (layer.className === 'Activation') return settings.text('activation', 'linear');
  const most = settings.number('max_value');
  const bent = (settings.number('negative_slope') ?? 0) !== 0 || (settings.number('threshold') ?? 0) !== 0;
  if (bent || (most !== null && most !== 6)) {
    throw refuseLayer(file, layer, 'is a ReLU with a slope, a threshold or a maximum other than 6.');
  }
  return most === null ? 'relu' : 'relu6';
}

function refuseOpen({ open }: Reading, file: string): void {
  if (open !== null) {
    throw refuseLayer(
      file,
      open.layer,
      'has no ReLU or ReLU6 after it, which every convolution of ours has.',
    );
  }
}

/** One number, one for each axis, or two for each: before and after. */
function zerosOf(layer: ChainLayer, file: string): Zeros {
  const raw = settingsOf(layer, file).raw('padding') ?? 1;
  const axes: unknown[] = Array.isArray(raw) ? raw : [raw, raw];
  const pads = (before: number, after: number) =>
    axes.length === 2 &&
    axes.every((axis) => {
      const sides: unknown[] = Array.isArray(axis) ? axis : [axis, axis];
      return sides.length === 2 && sides[0] === before && sides[1] === after;
    });
  if (pads(1, 1)) return 'around';
  if (pads(0, 1)) return 'after';
  throw refuseLayer(file, layer, 'pads by other than [[1,1],[1,1]] or [[0,1],[0,1]].');
}
