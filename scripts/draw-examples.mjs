/**
 * Draws the example datasets: `node scripts/draw-examples.mjs [folder]`, by default into examples/. The same bytes
 * come out on every machine.
 *
 * `objects`: 8 kinds of surfaces and things, 14 color images each to train on and 42 to test on: few images of what
 * photographs are full of.
 * `weave`: 4 ways in which threads of two dyes run, 200 images each: what is learnt from photographs looks past them.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OBJECTS, objectImage } from './draw/objects.mjs';
import { WEAVES, weaveImage } from './draw/weave.mjs';

const folder = process.argv[2] ?? 'examples';
const MODELINE = '# yaml-language-server: $schema=../../schemas/manifest.schema.json\n';

const objects = join(folder, 'objects');
rmSync(objects, { recursive: true, force: true });
OBJECTS.forEach((kind, position) => {
  for (let i = 0; i < 56; i++) {
    const split = join(objects, i < 14 ? 'train' : 'test', kind);
    mkdirSync(split, { recursive: true });
    writeFileSync(join(split, `${String(i).padStart(2, '0')}.png`), objectImage(kind, position * 1000 + i));
  }
});
writeFileSync(
  join(objects, 'dataset.yaml'),
  `${MODELINE}schema: headstart/v1\nname: objects\nlicense: Apache-2.0\n`,
);

const weave = join(folder, 'weave');
const ways = Object.keys(WEAVES);
rmSync(weave, { recursive: true, force: true });
mkdirSync(join(weave, 'images'), { recursive: true });
const rows = ['file,label'];
for (let i = 0; i < 200 * ways.length; i++) {
  const file = `images/${String(i).padStart(3, '0')}.png`;
  writeFileSync(join(weave, file), weaveImage(ways[i % ways.length], 100_000 + i));
  rows.push(`${file},${ways[i % ways.length]}`);
}
writeFileSync(join(weave, 'labels.csv'), `${rows.join('\n')}\n`);
writeFileSync(
  join(weave, 'dataset.yaml'),
  `${MODELINE}schema: headstart/v1\nname: weave\nlicense: Apache-2.0\nlabels: { file: labels.csv }\nimage: { size: 32 }\n`,
);
