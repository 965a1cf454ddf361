/** Row-major [rows, columns] into panels [columns/8][rows][8]; columns a multiple of 8. */
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
 * The transpose of row-major [rows, columns] into panels [rows/8][columns][8], `panelBytes` from one panel to the
 * next; rows a multiple of 8, columns of 4.
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

/** Four rows of four, `pitch` bytes apart, transposed into four rows 32 bytes apart. */
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
