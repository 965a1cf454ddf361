import { BLOCK, columnsTile, rowsTile } from './tile';

/** Packs a row-major [rows, columns] into panels [columns/8][rows][8]; `columns` is a multiple of 8. */
export function pack(matrix: usize, rows: i32, columns: i32, panels: usize): void {
  const pitch = columns << 2;
  for (let j = 0; j < pitch; j += 32) {
    let from = matrix + j;
    for (let k = 0; k < rows; k++) {
      v128.store(panels, v128.load(from));
      v128.store(panels, v128.load(from, 16), 16);
      panels += 32;
      from += pitch;
    }
  }
}

/**
 * Packs the transpose of a row-major [rows, columns] into panels [rows/8][columns][8] that are `panelBytes`
 * apart. `rows` is a multiple of 8, `columns` of 4.
 */
export function packTransposed(matrix: usize, rows: i32, columns: i32, panels: usize, panelBytes: i32): void {
  const pitch = columns << 2;
  for (let i = 0; i < rows; i += 8) {
    const from = matrix + i * pitch;
    for (let k = 0; k < pitch; k += 16) {
      transpose4(from + k, pitch, panels + (k << 3));
      transpose4(from + k + (pitch << 2), pitch, panels + (k << 3) + 16);
    }
    panels += panelBytes;
  }
}

/** Transposes four rows of four, `pitch` bytes apart, into four rows 32 bytes apart. */
function transpose4(from: usize, pitch: i32, into: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + pitch);
  const c = v128.load(from + 2 * pitch);
  const d = v128.load(from + 3 * pitch);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(into, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(into, v128.shuffle<i64>(ab0, cd0, 1, 3), 32);
  v128.store(into, v128.shuffle<i64>(ab1, cd1, 0, 2), 64);
  v128.store(into, v128.shuffle<i64>(ab1, cd1, 1, 3), 96);
}

/** `target [rows, columns] = source [rows, inner] * panels`, packed by `pack`; flags as in `tile.ts`. */
export function multiply(
  source: usize,
  sourcePitch: i32,
  rows: i32,
  inner: i32,
  panels: usize,
  columns: i32,
  target: usize,
  targetPitch: i32,
  flags: i32,
  bias: usize,
  table: usize,
): void {
  for (let done = 0; done < rows; done += BLOCK) {
    const count = min(BLOCK, rows - done);
    const whole = (count + 3) & ~3;
    for (let i = 0; i < whole; i++) {
      const row = done + min(i, count - 1);
      const entry = table + ((i >> 2) << 5) + ((i & 3) << 2);
      store<i32>(entry, row * sourcePitch);
      store<i32>(entry, row * targetPitch, 16);
    }
    let panel = panels;
    for (let j = 0; j < columns << 2; j += 32) {
      for (let i = 0; i < whole; i += 4) {
        rowsTile(source, table + (i << 3), 1, inner, 0, panel, target + j, flags, bias + j, 0);
      }
      panel += inner << 5;
    }
  }
}

/**
 * `target [inner, columns] (+)= transpose(left [rows, inner]) * right [rows, columns]`. `inner` is a multiple
 * of 4, `columns` of 8; the pitches of left and right are in bytes, the target is dense.
 */
export function multiplyTransposed(
  left: usize,
  leftPitch: i32,
  right: usize,
  rightPitch: i32,
  rows: i32,
  inner: i32,
  columns: i32,
  target: usize,
  accumulate: i32,
): void {
  const targetPitch = columns << 2;
  for (let i = 0; i < inner << 2; i += 16) {
    for (let j = 0; j < targetPitch; j += 32) {
      columnsTile(rows, left + i, leftPitch, right + j, rightPitch, target + j, targetPitch, accumulate);
    }
    target += targetPitch << 2;
  }
}

/** `sums [columns] (+)=` sum of the rows of `matrix`. */
export function sumRows(
  matrix: usize,
  pitch: i32,
  rows: i32,
  columns: i32,
  sums: usize,
  accumulate: i32,
): void {
  for (let j = 0; j < columns << 2; j += 16) {
    let sum = accumulate ? v128.load(sums + j) : f32x4.splat(0);
    for (let i = 0; i < rows; i++) sum = f32x4.add(sum, v128.load(matrix + i * pitch + j));
    v128.store(sums + j, sum);
  }
}
