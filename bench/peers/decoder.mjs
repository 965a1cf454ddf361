/** Headstart's decoder on a folder of JPEGs, to 64 pixels: `decoder.mjs <folder>`; lines as in engine.mjs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '../../build/dataset/images/decode.js';
import { serve } from './serve.mjs';

const [folder] = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => readFileSync(join(folder, name)));
const options = { size: 64, channels: 'colour', exif: true };
let next = 0;
await serve(() => ({
  version: `Node ${process.version}`,
  tasks: {
    decode: async () => {
      await decodeImage(files[next++ % files.length], options);
      return 1;
    },
  },
}));
