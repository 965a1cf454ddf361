import { encode } from 'fast-png';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { folderWith } from '../fixtures/folder-with.js';

const SIDE = 32;

/** Class folders of noisy stripes, `upright`, `lying` and `slanted`, small so that a slow machine measures them too. */
export function stripes(perClass: number, seed = 1): string {
  const files: Record<string, Uint8Array | string> = {
    'dataset.yaml': `schema: headstart/v1\nimage: { size: ${SIDE} }\n`,
  };
  const random = xoroshiro128plus(seed);
  const phases = { upright: [1, 0], lying: [0, 1], slanted: [1, 1] };
  for (const [name, [dx, dy]] of Object.entries(phases)) {
    for (let i = 0; i < perClass; i++) {
      const period = uniformInt(random, 5, 8);
      const offset = uniformInt(random, 0, 7);
      const data = new Uint8Array(SIDE * SIDE * 3);
      for (let at = 0; at < data.length; at++) {
        const pixel = Math.floor(at / 3);
        const place = dx * (pixel % SIDE) + dy * Math.floor(pixel / SIDE) + offset;
        data[at] = (place % period < period / 2 ? 60 : 180) + uniformInt(random, 0, 60);
      }
      files[`${name}/${i}.png`] = encode({ width: SIDE, height: SIDE, data, channels: 3, depth: 8 });
    }
  }
  return folderWith(files);
}
