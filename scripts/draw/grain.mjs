import { dice } from './dice.mjs';
import { smoothNoise } from './noise.mjs';
import { greyPng } from './raster.mjs';

const SIZE = 32;
/** Correlation of a pixel's noise with that of its neighbour along the grain. */
const CORRELATION = -0.25;
const STRENGTH = 0.06;

/** The way the grain runs: to the neighbour that a pixel's noise is correlated with. */
export const GRAINS = { across: [1, 0], down: [0, 1], falling: [1, 1], rising: [1, -1] };

/**
 * Shades and edges with a fine grain over them. The label is the way the grain runs; what the eye is drawn to, the
 * shapes, says nothing.
 */
export function grainImage(label, seed) {
  const chance = dice(seed);
  const { between, whole } = chance;
  const [dx, dy] = GRAINS[label];
  const normal = () => between(-1, 1) + between(-1, 1) + between(-1, 1);
  const width = SIZE + 2;
  const noise = Float64Array.from({ length: width * width }, normal);
  const shade = smoothNoise(chance);
  const hills = between(2, 5);
  const edges = Array.from({ length: whole(1, 3) }, () => ({
    x: between(4, SIZE - 4),
    y: between(4, SIZE - 4),
    steep: [between(-1, 1), between(-1, 1)],
    height: between(-0.3, 0.3),
  }));
  const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
    const x = at % SIZE;
    const y = Math.floor(at / SIZE);
    const here = (y + 1) * width + x + 1;
    const grain = noise[here] + CORRELATION * noise[here + dy * width + dx];
    const ground = shade((x / SIZE) * hills, (y / SIZE) * hills);
    const cliffs = edges
      .filter(({ steep, ...edge }) => (x - edge.x) * steep[0] + (y - edge.y) * steep[1] > 0)
      .reduce((sum, { height }) => sum + height, 0);
    return ground + cliffs + STRENGTH * grain;
  });
  return greyPng(SIZE, pixels, 128);
}
