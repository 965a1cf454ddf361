import { dice } from './dice.mjs';
import { cloudyNoise, mix, smoothNoise, step } from './noise.mjs';
import { colourPng } from './raster.mjs';

/** Painters by class: each gives, for one picture, brightness 0 to 1 and which of its colours at a point. */
const PAINTERS = { bricks, clouds, grass, leaf, pebbles, planks, water, wheel };
export const OBJECTS = Object.keys(PAINTERS);

/** One picture of `kind`, 64 pixels wide: colours, light, place, turn and what stands before it are left to chance. */
export function objectImage(kind, seed) {
  const chance = dice(seed);
  const { between } = chance;
  const paint = PAINTERS[kind](chance);
  const view = viewOf(chance, kind);
  const light = lighting(chance);
  const inFront = occluder(chance);
  const colours = palette(chance);
  const grain = between(0.01, 0.05);
  return colourPng(
    64,
    (x, y) => {
      const hidden = inFront(x, y);
      const [value, tint] = hidden === null ? paint(...view(x, y)) : [hidden, 1];
      const shade = light(x, y);
      return colours.map(([dark, bright]) => shade * mix(dark[tint], bright[tint], value));
    },
    { grain: () => between(-grain, grain), levels: 32 },
  );
}

/** Turns by any angle what may lie any way; shifts and scales everything. */
function viewOf({ between, chance }, kind) {
  const range = { leaf: 1, pebbles: 1, wheel: 1 }[kind] ?? 0.15;
  const half = between(-range, range);
  const cos = (1 - half * half) / (1 + half * half);
  const sin = (2 * half) / (1 + half * half);
  const scale = between(0.75, 1.5) * (chance(0.5) ? 1 : -1);
  const size = Math.abs(scale);
  const left = between(-0.18, 0.18);
  const top = between(-0.18, 0.18);
  return (x, y) => {
    const dx = (x - 0.5 - left) * scale;
    const dy = (y - 0.5 - top) * size;
    return [dx * cos - dy * sin, dx * sin + dy * cos];
  };
}

function lighting({ between }) {
  const across = between(-0.5, 0.5);
  const down = between(-0.5, 0.5);
  const level = between(0.55, 1.1);
  return (x, y) => level + across * (x - 0.5) + down * (y - 0.5);
}

/** A post, a disc or nothing before the picture. */
function occluder({ between, chance, pick }) {
  if (chance(0.45)) return () => null;
  const value = between(0, 1);
  const [x0, y0] = [between(0.1, 0.9), between(0.1, 0.9)];
  const width = between(0.06, 0.2);
  return pick([
    (x) => (Math.abs(x - x0) < width / 2 ? value : null),
    (x, y) => ((x - x0) ** 2 + (y - y0) ** 2 < width * width ? value : null),
    (x, y) => (Math.abs(y - y0 + (x - 0.5) * (y0 - 0.5)) < width / 2 ? value : null),
  ]);
}

/** For each channel a dark and a bright end, of the thing and of what is around it. */
function palette({ between }) {
  const [thing, around] = [between(0.3, 0.6), between(0.3, 0.6)];
  const tones = [thing, around].map((contrast) =>
    [0, 1, 2].map(() => {
      const dark = between(0, 0.45);
      return [dark, dark + contrast * between(0.5, 1)];
    }),
  );
  return [0, 1, 2].map((channel) => [
    [tones[0][channel][0], tones[1][channel][0]],
    [tones[0][channel][1], tones[1][channel][1]],
  ]);
}

function bricks(chance) {
  const { between } = chance;
  const rows = between(5, 8);
  const length = between(1.8, 2.6);
  const joint = between(0.1, 0.18);
  const rough = smoothNoise(chance);
  return (x, y) => {
    const row = Math.floor(y * rows + 50);
    const along = (x * rows) / length + 50 + (row % 2) * 0.5;
    const inRow = y * rows + 50 - row;
    const inBrick = (along - Math.floor(along)) * length;
    const mortar = inRow < joint || inBrick < joint;
    const own = rough(Math.floor(along) * 7.3, row * 5.1);
    return [mortar ? 0.95 : 0.1 + 0.4 * own + 0.25 * rough(x * 30 + 9, y * 30), 0];
  };
}

function planks(chance) {
  const { between } = chance;
  const boards = between(3, 5);
  const grain = smoothNoise(chance);
  const rings = between(5, 9);
  return (x, y) => {
    const board = Math.floor(x * boards + 20);
    const inBoard = x * boards + 20 - board;
    if (inBoard < 0.07) return [0.02, 0];
    const bend = grain(x * boards * 1.3 + board * 11.7, y * 2.2 + board * 3.1);
    const line = (bend * rings + inBoard * 2) % 1;
    return [
      0.35 + 0.35 * Math.abs(line - 0.5) + 0.35 * grain(board * 5.3, 3.7) + 0.15 * grain(x * 60, y * 4),
      0,
    ];
  };
}

function water(chance) {
  const { between } = chance;
  const noise = cloudyNoise(chance, 3);
  const stretch = between(3, 5);
  const scale = between(3, 5);
  return (x, y) => {
    const depth = 1.4 + y;
    const wave = noise((x * scale) / depth + 20, (y * scale * stretch) / depth + 20);
    const crest = 1 - Math.abs(wave * 2 - 1);
    return [0.15 + 0.3 * wave + 0.6 * step(0.8, 0.98, crest), 0];
  };
}

function clouds(chance) {
  const { between } = chance;
  const noise = cloudyNoise(chance, 5);
  const cover = between(0.42, 0.55);
  const scale = between(1.6, 3);
  return (x, y) => {
    const puff = step(cover - 0.06, cover + 0.14, noise(x * scale + 20, y * scale * 1.5 + 20));
    const belly = noise(x * scale + 20, y * scale * 1.5 + 20.3);
    return puff > 0.02 ? [mix(0.35 - 0.3 * y, 1.25 - 0.6 * belly, puff), 0] : [0.35 - 0.3 * y, 0];
  };
}

function grass(chance) {
  const { between, whole } = chance;
  const blades = Array.from({ length: whole(90, 150) }, () => ({
    x: between(-1, 1),
    foot: between(-0.5, 1.3),
    height: between(0.3, 0.7),
    lean: between(-0.25, 0.25),
    width: between(0.012, 0.03),
    value: between(0.15, 1),
  })).sort((a, b) => a.foot - b.foot);
  return (x, y) => {
    for (let i = blades.length - 1; i >= 0; i--) {
      const { x: at, foot, height, lean, width, value } = blades[i];
      const up = (foot - y) / height;
      if (up < 0 || up > 1) continue;
      if (Math.abs(x - at - lean * up * up) < width * (1 - up)) return [value * (0.55 + 0.45 * up), 0];
    }
    return [0.04, 0];
  };
}

function pebbles(chance) {
  const { between } = chance;
  const cells = between(4, 6.5);
  const jitter = smoothNoise(chance);
  const site = (i, j) => [
    i + 0.15 + 0.7 * jitter(i * 3 + 30, j * 3 + 7),
    j + 0.15 + 0.7 * jitter(i * 3 + 11, j * 3 + 41),
  ];
  return (x, y) => {
    const [u, v] = [x * cells + 40, y * cells + 40];
    let [first, second, tone] = [9, 9, 0];
    for (let i = Math.floor(u) - 1; i <= Math.floor(u) + 1; i++) {
      for (let j = Math.floor(v) - 1; j <= Math.floor(v) + 1; j++) {
        const [sx, sy] = site(i, j);
        const distance = Math.sqrt((u - sx) ** 2 + (v - sy) ** 2);
        if (distance < first) {
          [second, first] = [first, distance];
          tone = jitter(i * 5 + 3, j * 5 + 2) - 0.4 * (u - sx) - 0.4 * (v - sy);
        } else if (distance < second) second = distance;
      }
    }
    const edge = step(0.04, 0.3, second - first);
    return [edge * (0.45 + 0.6 * tone), 0];
  };
}

function leaf(chance) {
  const { between } = chance;
  const ground = backdrop(chance);
  const slim = between(1.9, 2.8);
  const length = between(0.38, 0.5);
  const veins = between(8, 13);
  const slant = between(0.6, 1.2);
  return (x, y) => {
    const along = x / length;
    const half = (length / slim) * (1 - along * along) * (1.15 - 0.35 * along);
    if (along > -1.35 && along < -0.9 && Math.abs(y) < 0.012) return [0.8, 0];
    if (Math.abs(along) > 1 || Math.abs(y) > half) return ground(x, y);
    if (Math.abs(y) < 0.014) return [0.95, 0];
    const vein = (along - Math.abs(y / half) * slant * 0.3) * veins + 60;
    return [vein % 2 < 0.35 ? 0.85 : 0.25 + 0.25 * Math.abs(y / half), 0];
  };
}

function wheel(chance) {
  const { between, whole } = chance;
  const ground = backdrop(chance);
  const radius = between(0.33, 0.46);
  const tyre = between(0.13, 0.24) * radius;
  const hub = between(0.12, 0.22) * radius;
  const directions = spokes(whole(4, 7));
  const thick = between(0.012, 0.024);
  return (x, y) => {
    const distance = Math.sqrt(x * x + y * y);
    if (distance > radius) return ground(x, y);
    if (distance > radius - tyre) return [0.08, 0];
    if (distance > radius - tyre * 1.35 || distance < hub) return [0.9, 0];
    const onSpoke = directions.some(([dx, dy]) => Math.abs(x * dy - y * dx) < thick);
    return onSpoke ? [0.85, 0] : ground(x, y);
  };
}

/** Unit vectors of `count` lines through the middle, evenly apart as far as the eye tells. */
function spokes(count) {
  return Array.from({ length: count }, (_, i) => {
    const half = -1 + (2 * (i + 0.5)) / count;
    const [dx, dy] = [1 - half * half, 2 * half];
    const length = Math.sqrt(dx * dx + dy * dy);
    return [dx / length, dy / length];
  });
}

/** What lies behind a thing: soft noise, coarse or fine. */
function backdrop(chance) {
  const noise = cloudyNoise(chance, chance.whole(1, 4));
  const scale = chance.between(2, 8);
  return (x, y) => [noise(x * scale + 20, y * scale + 20), 1];
}
