import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export const CLASSES = 10;
export const SIDE = 32;
/** Files with content of their own; beyond, names are links to these, so that drawing a million does not take long. */
export const DISTINCT = 50_000;

/** Folders of classes with so many PNGs: noise with a bar at a place of the class. */
export function drawSet(folder, images) {
  const random = xoroshiro128plus(3);
  const name = (i) => join(folder, `class ${i % CLASSES}`, `${i}.png`);
  for (let k = 0; k < CLASSES; k++) mkdirSync(join(folder, `class ${k}`), { recursive: true });
  for (let i = 0; i < Math.min(images, DISTINCT); i++) {
    const data = new Uint8Array(SIDE * SIDE * 3);
    for (let at = 0; at < data.length; at += 3) {
      const shade = (random.next() & 127) + (Math.floor(at / 3 / SIDE / 3) === i % CLASSES ? 100 : 0);
      data.fill(shade, at, at + 3);
    }
    const image = { width: SIDE, height: SIDE, data, channels: 3, depth: 8 };
    writeFileSync(name(i), encode(image, { zlib: { level: 1 } }));
  }
  for (let i = DISTINCT; i < images; i++) linkSync(name(i % DISTINCT), name(i));
}
