import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainNetwork, type Network, type Weights } from '../engine/network.js';
import { float16ToFloat32 } from './float16.js';

/** A network with weights and blocks, ready to be given a head. */
export interface Backbone {
  name: string;
  /** Of the weights as they are shipped. */
  sha256: string;
  /** What it was pre-trained on. */
  data: string;
  /** Number of blocks that can be frozen, nearest the pixels first. */
  blocks: number;
  /** Convolutions only: `conv1/kernel`, `conv1/bias`, …; the head belongs to the target. */
  weights: Weights;
  /** The same architecture for an input of `size` pixels and a head of `classes`. */
  network(size: number, classes: number): Network;
}

/** `embedded.json`, written beside the weights by `scripts/pretrain/export.py`. */
interface WeightsCard {
  name: string;
  sha256: string;
  data: string;
  layers: { outputs: number; stride: 1 | 2; block: number }[];
  parameters: { name: string; shape: number[] }[];
}

/**
 * Reads the embedded backbone from `home/weights`.
 * @throws Error when the weights are not those that the card names: the program's own files are damaged.
 */
export function loadEmbedded(home: string): Backbone {
  const folder = join(home, 'weights');
  const card = JSON.parse(readFileSync(join(folder, 'embedded.json'), 'utf8')) as WeightsCard;
  const bytes = readFileSync(join(folder, 'embedded.f16'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== card.sha256) {
    throw new Error(
      `The embedded weights are damaged (SHA-256 ${sha256}, not ${card.sha256}): install Headstart anew.`,
    );
  }
  return {
    name: card.name,
    sha256,
    data: card.data,
    blocks: Math.max(...card.layers.map((layer) => layer.block)) + 1,
    weights: unpack(bytes, card.parameters),
    network: (size, classes) =>
      plainNetwork(
        card.name,
        size,
        classes,
        card.layers.map((layer) => [layer.outputs, layer.stride, layer.block] as const),
      ),
  };
}

function unpack(bytes: Uint8Array, parameters: WeightsCard['parameters']): Weights {
  const halves = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let offset = 0;
  return new Map(
    parameters.map(({ name, shape }) => {
      const count = shape.reduce((product, side) => product * side, 1);
      const values = float16ToFloat32(halves.subarray(offset, offset + count));
      offset += count;
      return [name, values];
    }),
  );
}
