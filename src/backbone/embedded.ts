import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainNetwork, type Weights } from '../engine/network.js';
import type { PretrainedNetwork } from './contract.js';
import { float16ToFloat32 } from './tensor.js';

/** Backbones that ship with Headstart: pretrained on photographs of Tiny ImageNet, and on drawn images. */
export const EMBEDDED_NAMES = ['embedded', 'embedded-drawn'] as const;
export type EmbeddedName = (typeof EMBEDDED_NAMES)[number];

/** `<name>.json`, written beside the weights by `scripts/pretrain/export.py`. */
interface WeightsCard {
  name: string;
  sha256: string;
  data: string;
  licence?: string;
  layers: { outputs: number; stride: 1 | 2; block: number }[];
  parameters: { name: string; shape: number[] }[];
}

/**
 * Reads an embedded backbone from `weights` in the program's folder.
 * @throws Error when the SHA-256 of the weights is wrong: the installation is damaged.
 */
export function readEmbedded(programDir: string, name: EmbeddedName = 'embedded'): PretrainedNetwork {
  const folder = join(programDir, 'weights');
  const card = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as WeightsCard;
  const bytes = readFileSync(join(folder, `${name}.f16`));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== card.sha256) {
    throw new Error(
      `The embedded weights are damaged: their SHA-256 is ${sha256}, expected ${card.sha256}. Reinstall Headstart.`,
    );
  }
  const { layers } = plainNetwork(
    card.name,
    64,
    1,
    card.layers.map(({ outputs, stride, block }) => [outputs, stride, block] as const),
  );
  return {
    name: card.name,
    sha256,
    data: card.data,
    licence: card.licence ?? null,
    sizes: { min: 32, max: 96, step: 1 },
    layers,
    weights: unpack(bytes, card.parameters),
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
