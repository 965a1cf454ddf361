const SIDE = 64;

/** Smooth noise over the plane, 0 to 1, with about one hill a unit: random values on a lattice, blended between. */
export function smoothNoise({ between }) {
  const lattice = Float64Array.from({ length: SIDE * SIDE }, () => between(0, 1));
  const at = (x, y) => lattice[(y & (SIDE - 1)) * SIDE + (x & (SIDE - 1))];
  return (x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const across = ease(x - left);
    const upper = mix(at(left, top), at(left + 1, top), across);
    const lower = mix(at(left, top + 1), at(left + 1, top + 1), across);
    return mix(upper, lower, ease(y - top));
  };
}

/** Noise over noise of twice the detail and half the strength, 0 to 1. */
export function cloudyNoise(chance, octaves) {
  const noise = smoothNoise(chance);
  return (x, y) => {
    let sum = 0;
    let weight = 1;
    let total = 0;
    for (let octave = 0; octave < octaves; octave++) {
      sum += weight * noise(x * 2 ** octave + 17 * octave, y * 2 ** octave + 29 * octave);
      total += weight;
      weight /= 2;
    }
    return sum / total;
  };
}

export function mix(from, to, share) {
  return from + (to - from) * share;
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function step(from, to, value) {
  return ease(Math.max(0, Math.min(1, (value - from) / (to - from))));
}

function ease(share) {
  return share * share * (3 - 2 * share);
}
