/** The net that engines and peers are timed on: the architecture of the embedded backbone. Peers in Python have it in peers/reference_net.py. */
import { forwardMacs, plainNetwork, trainMacs } from '../build/engine/network.js';

export const BATCH = 32;
export const SIZE = 64;
export const CLASSES = 10;

export const network = plainNetwork('reference net', SIZE, CLASSES, [
  [24, 2, 0],
  [24, 1, 0],
  [48, 2, 1],
  [48, 1, 1],
  [96, 2, 2],
  [96, 1, 2],
  [192, 2, 3],
  [192, 1, 3],
  [256, 1, 3],
]);

/** Billions of operations an image as the direct method would do them: a multiply-accumulate is two. */
export const GFLOP = {
  embed: (2 * forwardMacs(network)) / 1e9,
  train: (2 * trainMacs(network, 0)) / 1e9,
};
