/**
 * The two products at the core of all convolutions and matrix products, each for a tile of 4 rows by 8
 * columns that stays in registers. V8 has 15 vector registers: eight hold sums, two the right operand, one
 * the left. Multiplication and addition are separate operations, whose results WebAssembly defines to the
 * bit.
 */

/** Flags: what happens to a tile before it is stored. */
export const ACCUMULATE = 1;
export const BIAS = 2;
export const RELU = 4;
/** Zero where the buffer `mask`, shaped like the target, is not positive. */
export const MASK = 8;
/** With RELU: clamped to 6. With MASK: zero also where `mask` is not below 6. */
export const SIX = 16;

/** Rows processed together, so that they stay in the first-level cache while the panels stream through. */
export const BLOCK = 64;
/** Bytes of the offset table of a block: eight offsets for every four rows. */
export const TABLE_BYTES = BLOCK * 8;

/**
 * Rows times panel: `target[i][0..8] = sum over k of source[i][k] * panel[k][0..8]` for four rows. A row's
 * values are `runs` runs of `run` floats, `pitch` bytes apart: the three rows of a 3x3 window, or one run for
 * a matrix. `rows` holds four byte offsets into the source and four into target and mask. Offsets may repeat,
 * because the target is read in full before it is written.
 */
export function rowsTile(
  source: usize,
  rows: usize,
  runs: i32,
  run: i32,
  pitch: i32,
  panel: usize,
  target: usize,
  flags: i32,
  bias: usize,
  mask: usize,
): void {
  let r00 = f32x4.splat(0);
  let r01 = f32x4.splat(0);
  let r10 = f32x4.splat(0);
  let r11 = f32x4.splat(0);
  let r20 = f32x4.splat(0);
  let r21 = f32x4.splat(0);
  let r30 = f32x4.splat(0);
  let r31 = f32x4.splat(0);

  let a0 = source + load<u32>(rows);
  let a1 = source + load<u32>(rows, 4);
  let a2 = source + load<u32>(rows, 8);
  let a3 = source + load<u32>(rows, 12);
  const skip = pitch - (run << 2);
  const runBytes = run << 5;
  for (let r = 0; r < runs; r++) {
    const end = panel + runBytes;
    while (panel < end) {
      const b0 = v128.load(panel);
      const b1 = v128.load(panel, 16);
      let a = v128.load32_splat(a0);
      r00 = f32x4.add(r00, f32x4.mul(a, b0));
      r01 = f32x4.add(r01, f32x4.mul(a, b1));
      a = v128.load32_splat(a1);
      r10 = f32x4.add(r10, f32x4.mul(a, b0));
      r11 = f32x4.add(r11, f32x4.mul(a, b1));
      a = v128.load32_splat(a2);
      r20 = f32x4.add(r20, f32x4.mul(a, b0));
      r21 = f32x4.add(r21, f32x4.mul(a, b1));
      a = v128.load32_splat(a3);
      r30 = f32x4.add(r30, f32x4.mul(a, b0));
      r31 = f32x4.add(r31, f32x4.mul(a, b1));
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      panel += 32;
    }
    a0 += skip;
    a1 += skip;
    a2 += skip;
    a3 += skip;
  }

  const d0 = load<u32>(rows, 16);
  const d1 = load<u32>(rows, 20);
  const d2 = load<u32>(rows, 24);
  const d3 = load<u32>(rows, 28);
  if (flags & ACCUMULATE) {
    r00 = f32x4.add(r00, v128.load(target + d0));
    r01 = f32x4.add(r01, v128.load(target + d0, 16));
    r10 = f32x4.add(r10, v128.load(target + d1));
    r11 = f32x4.add(r11, v128.load(target + d1, 16));
    r20 = f32x4.add(r20, v128.load(target + d2));
    r21 = f32x4.add(r21, v128.load(target + d2, 16));
    r30 = f32x4.add(r30, v128.load(target + d3));
    r31 = f32x4.add(r31, v128.load(target + d3, 16));
  }
  if (flags & BIAS) {
    const b0 = v128.load(bias);
    const b1 = v128.load(bias, 16);
    r00 = f32x4.add(r00, b0);
    r01 = f32x4.add(r01, b1);
    r10 = f32x4.add(r10, b0);
    r11 = f32x4.add(r11, b1);
    r20 = f32x4.add(r20, b0);
    r21 = f32x4.add(r21, b1);
    r30 = f32x4.add(r30, b0);
    r31 = f32x4.add(r31, b1);
  }
  const zero = f32x4.splat(0);
  if (flags & RELU) {
    // pmax(x, 0) keeps NaN, so that a diverged loss is detected.
    r00 = f32x4.pmax(r00, zero);
    r01 = f32x4.pmax(r01, zero);
    r10 = f32x4.pmax(r10, zero);
    r11 = f32x4.pmax(r11, zero);
    r20 = f32x4.pmax(r20, zero);
    r21 = f32x4.pmax(r21, zero);
    r30 = f32x4.pmax(r30, zero);
    r31 = f32x4.pmax(r31, zero);
    if (flags & SIX) {
      const six = f32x4.splat(6);
      r00 = f32x4.pmin(r00, six);
      r01 = f32x4.pmin(r01, six);
      r10 = f32x4.pmin(r10, six);
      r11 = f32x4.pmin(r11, six);
      r20 = f32x4.pmin(r20, six);
      r21 = f32x4.pmin(r21, six);
      r30 = f32x4.pmin(r30, six);
      r31 = f32x4.pmin(r31, six);
    }
  }
  if (flags & MASK) {
    r00 = v128.and(r00, f32x4.gt(v128.load(mask + d0), zero));
    r01 = v128.and(r01, f32x4.gt(v128.load(mask + d0, 16), zero));
    r10 = v128.and(r10, f32x4.gt(v128.load(mask + d1), zero));
    r11 = v128.and(r11, f32x4.gt(v128.load(mask + d1, 16), zero));
    r20 = v128.and(r20, f32x4.gt(v128.load(mask + d2), zero));
    r21 = v128.and(r21, f32x4.gt(v128.load(mask + d2, 16), zero));
    r30 = v128.and(r30, f32x4.gt(v128.load(mask + d3), zero));
    r31 = v128.and(r31, f32x4.gt(v128.load(mask + d3, 16), zero));
    if (flags & SIX) {
      const six = f32x4.splat(6);
      r00 = v128.and(r00, f32x4.lt(v128.load(mask + d0), six));
      r01 = v128.and(r01, f32x4.lt(v128.load(mask + d0, 16), six));
      r10 = v128.and(r10, f32x4.lt(v128.load(mask + d1), six));
      r11 = v128.and(r11, f32x4.lt(v128.load(mask + d1, 16), six));
      r20 = v128.and(r20, f32x4.lt(v128.load(mask + d2), six));
      r21 = v128.and(r21, f32x4.lt(v128.load(mask + d2, 16), six));
      r30 = v128.and(r30, f32x4.lt(v128.load(mask + d3), six));
      r31 = v128.and(r31, f32x4.lt(v128.load(mask + d3, 16), six));
    }
  }
  v128.store(target + d0, r00);
  v128.store(target + d0, r01, 16);
  v128.store(target + d1, r10);
  v128.store(target + d1, r11, 16);
  v128.store(target + d2, r20);
  v128.store(target + d2, r21, 16);
  v128.store(target + d3, r30);
  v128.store(target + d3, r31, 16);
}

/**
 * Columns times rows: `target[i][0..8] = sum over k of left[k][i] * right[k][0..8]` for four columns i, added
 * to the target when `accumulate` is not 0. Pitches are in bytes.
 */
export function columnsTile(
  count: i32,
  left: usize,
  leftPitch: i32,
  right: usize,
  rightPitch: i32,
  target: usize,
  targetPitch: i32,
  accumulate: i32,
): void {
  let r00 = f32x4.splat(0);
  let r01 = f32x4.splat(0);
  let r10 = f32x4.splat(0);
  let r11 = f32x4.splat(0);
  let r20 = f32x4.splat(0);
  let r21 = f32x4.splat(0);
  let r30 = f32x4.splat(0);
  let r31 = f32x4.splat(0);
  for (let k = 0; k < count; k++) {
    const b0 = v128.load(right);
    const b1 = v128.load(right, 16);
    let a = v128.load32_splat(left);
    r00 = f32x4.add(r00, f32x4.mul(a, b0));
    r01 = f32x4.add(r01, f32x4.mul(a, b1));
    a = v128.load32_splat(left, 4);
    r10 = f32x4.add(r10, f32x4.mul(a, b0));
    r11 = f32x4.add(r11, f32x4.mul(a, b1));
    a = v128.load32_splat(left, 8);
    r20 = f32x4.add(r20, f32x4.mul(a, b0));
    r21 = f32x4.add(r21, f32x4.mul(a, b1));
    a = v128.load32_splat(left, 12);
    r30 = f32x4.add(r30, f32x4.mul(a, b0));
    r31 = f32x4.add(r31, f32x4.mul(a, b1));
    left += leftPitch;
    right += rightPitch;
  }
  const t1 = target + targetPitch;
  const t2 = t1 + targetPitch;
  const t3 = t2 + targetPitch;
  if (accumulate) {
    r00 = f32x4.add(r00, v128.load(target));
    r01 = f32x4.add(r01, v128.load(target, 16));
    r10 = f32x4.add(r10, v128.load(t1));
    r11 = f32x4.add(r11, v128.load(t1, 16));
    r20 = f32x4.add(r20, v128.load(t2));
    r21 = f32x4.add(r21, v128.load(t2, 16));
    r30 = f32x4.add(r30, v128.load(t3));
    r31 = f32x4.add(r31, v128.load(t3, 16));
  }
  v128.store(target, r00);
  v128.store(target, r01, 16);
  v128.store(t1, r10);
  v128.store(t1, r11, 16);
  v128.store(t2, r20);
  v128.store(t2, r21, 16);
  v128.store(t3, r30);
  v128.store(t3, r31, 16);
}
