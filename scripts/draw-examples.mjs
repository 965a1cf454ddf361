/**
 * Draws the example datasets: `node scripts/draw-examples.mjs [folder]`, by default into examples/. The same bytes
 * come out on every machine.
 *
 * `objects`: 8 kinds of surfaces and things, 45 colour images each: few images of what photographs are full of.
 * `grain`: 4 ways in which a fine grain runs, 280 grey images each: what is learnt from photographs looks past it.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRAINS, grainImage } from './draw/grain.mjs';
import { OBJECTS, objectImage } from './draw/objects.mjs';

const folder = process.argv[2] ?? 'examples';
const MODELINE = '# yaml-language-server: $schema=../../schemas/manifest.schema.json\n';

const objects = join(folder, 'objects');
rmSync(objects, { recursive: true, force: true });
OBJECTS.forEach((kind, position) => {
  mkdirSync(join(objects, kind), { recursive: true });
  for (let i = 0; i < 45; i++) {
    writeFileSync(
      join(objects, kind, `${String(i).padStart(2, '0')}.png`),
      objectImage(kind, position * 1000 + i),
    );
  }
});
writeFileSync(
  join(objects, 'dataset.yaml'),
  `${MODELINE}schema: headstart/v1\nname: objects\nlicense: Apache-2.0\n`,
);

const grain = join(folder, 'grain');
const ways = Object.keys(GRAINS);
rmSync(grain, { recursive: true, force: true });
mkdirSync(join(grain, 'images'), { recursive: true });
const rows = ['file,label'];
for (let i = 0; i < 280 * ways.length; i++) {
  const file = `images/${String(i).padStart(4, '0')}.png`;
  writeFileSync(join(grain, file), grainImage(ways[i % ways.length], 100_000 + i));
  rows.push(`${file},${ways[i % ways.length]}`);
}
writeFileSync(join(grain, 'labels.csv'), `${rows.join('\n')}\n`);
writeFileSync(
  join(grain, 'dataset.yaml'),
  `${MODELINE}schema: headstart/v1\nname: grain\nlicense: Apache-2.0\nlabels: { file: labels.csv }\n`,
);
