import { folderWith } from '../fixtures/folder-with.js';
import { dense, entriesOf, functional, input, pool, small, stored } from './tfjs/synthetic.js';

/** A folder with a small layers model under `model`: model.json and its weight files. */
export function modelFolder(change: (files: Record<string, Uint8Array | string>) => void = () => undefined) {
  const layers = [input(), ...small(), pool(), dense()];
  const { weightsManifest, files } = stored(entriesOf(layers), [100]);
  const all: Record<string, Uint8Array | string> = {
    'model/model.json': JSON.stringify({
      format: 'layers-model',
      modelTopology: functional(layers),
      weightsManifest,
    }),
  };
  for (const [path, bytes] of files) all[`model/${path}`] = bytes;
  change(all);
  return folderWith(all);
}
