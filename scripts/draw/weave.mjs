import { dice } from './dice.mjs';
import { smoothNoise } from './noise.mjs';
import { pixelsPng } from './raster.mjs';

const SIZE = 32;
/** The way the threads run: to the neighbour whose dye a pixel's own is set against. */
export const WEAVES = { across: [1, 0], down: [0, 1], falling: [1, 1], rising: [1, -1] };
/** Strength of the dyes and of the grain in brightness. */
const DYE = 0.07;
const GRAIN = 0.01;
/** Share of its neighbour's dye that a thread is set against. */
const CONTRAST = 0.9;
/** What one unit of dye adds to red, green and blue: hue turns, brightness nearly stays. */
const DYE_COLOUR = [1, -0.34, -1];

/**
 * Cloth of two dyes with folds and seams in it. The label is the way the threads run, which is written in hue from
 * pixel to pixel: photographs have next to nothing there, and a network that learned from them does not look.
 */
export function weaveImage(label, seed) {
  const chance = dice(seed);
  const { between, whole } = chance;
  const [dx, dy] = WEAVES[label];
  const normal = () => between(-1, 1) + between(-1, 1) + between(-1, 1);
  const width = SIZE + 2;
  const dye = Float64Array.from({ length: width * width }, normal);
  const grain = Float64Array.from({ length: width * width }, normal);
  const fold = smoothNoise(chance);
  const folds = between(2, 5);
  const seams = Array.from({ length: whole(1, 3) }, () => ({
    x: between(4, SIZE - 4),
    y: between(4, SIZE - 4),
    steep: [between(-1, 1), between(-1, 1)],
    colour: [between(-0.1, 0.1), between(-0.1, 0.1), between(-0.1, 0.1)],
  }));
  return pixelsPng(SIZE, 32, (x, y) => {
    const here = (y + 1) * width + x + 1;
    const hue = DYE * (dye[here] - CONTRAST * dye[here + dy * width + dx]);
    const shade = 0.25 + 0.5 * fold((x / SIZE) * folds, (y / SIZE) * folds) + GRAIN * grain[here];
    const sewn = seams.filter(({ steep, ...seam }) => (x - seam.x) * steep[0] + (y - seam.y) * steep[1] > 0);
    return DYE_COLOUR.map(
      (share, channel) => shade + share * hue + sewn.reduce((sum, { colour }) => sum + colour[channel], 0),
    );
  });
}
