import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tfjsBackbone, type TfjsSource } from '../../../src/backbone/tfjs/backbone.js';
import type { Backbone } from '../../../src/backbone/contract.js';
import type { ModelJson } from '../../../src/backbone/tfjs/model-json.js';

const weights = join(import.meta.dirname, '../../../../shared/weights');

/** SHA-256 of the concatenated weight files, from the README files of the models. */
export const SHA256 = {
  '0.25': 'eb49857447f6089e7e392f7991f3f4fdce1936efaf83d535f5eb8aaba9538e0b',
  '0.75': '0c27b9b79c52b63b42e78628f640cd7259e2bfab5d82151a2d30e902d8f376b2',
};
export type Width = keyof typeof SHA256;
export const WIDTHS = Object.keys(SHA256) as Width[];

const present = WIDTHS.every((width) => existsSync(join(folderOf(width), 'model.json')));

/** Suffix for the names of tests that are skipped without the real models; otherwise empty. */
export const ABSENCE = present ? '' : ' (skipped: ../shared/weights is not here)';

function folderOf(width: Width): string {
  return join(weights, `mobilenet_v1_${width}_224`);
}

export function readJson(width: Width): string {
  return readFileSync(join(folderOf(width), 'model.json'), 'utf8');
}

function shardsOf(width: Width): [string, Uint8Array][] {
  const { weightsManifest } = JSON.parse(readJson(width)) as ModelJson;
  const paths = weightsManifest.flatMap((group) => group.paths);
  return paths.map((path) => [path, readFileSync(join(folderOf(width), path))]);
}

export function readShared(width: Width, changes: Partial<TfjsSource> = {}): Backbone {
  return tfjsBackbone({
    name: `MobileNetV1 ${width}`,
    json: readJson(width),
    jsonFile: 'model.json',
    shards: new Map(shardsOf(width)),
    sha256: SHA256[width],
    data: 'ImageNet-1k',
    licence: 'Apache-2.0',
    ...changes,
  });
}
