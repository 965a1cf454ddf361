import { BLOCK, columnsTile, rowsTile } from './tile';

/** `target [rows, columns] = source [rows, inner] * panels`, packed by `pack`; pitches in bytes, flags of `tile.ts`. */
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
 * `target [inner, columns] (+)= transpose(left [rows, inner]) * right [rows, columns]`; inner a multiple of 4,
 * columns of 8, pitches of left and right in bytes, target dense.
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

/** `sums [columns] (+)=` the sum of the rows of `matrix`. */
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
