const END_OF_ROW = 0;
const END_OF_IMAGE = 1;
const MOVE = 2;

/**
 * Palette indices of a run-length coded bitmap, in the order in which its rows are stored. What the runs skip is 0.
 * @throws Error when the file stops before the image ends.
 */
export function runLengthIndices(
  bytes: Uint8Array,
  { from, width, height, bits }: { from: number; width: number; height: number; bits: 4 | 8 },
): Uint8Array {
  const indices = new Uint8Array(width * height);
  let at = from;
  let x = 0;
  let y = 0;
  const next = (): number => {
    if (at >= bytes.length) throw new Error('truncated');
    return bytes[at++];
  };
  const nibble = (byte: number, i: number) => (i % 2 === 0 ? byte >> 4 : byte & 0x0f);
  const put = (count: number, indexAt: (i: number) => number): void => {
    const fitting = Math.min(count, width - x);
    for (let i = 0; i < fitting; i++) indices[y * width + x + i] = indexAt(i);
    x += count;
  };
  while (y < height) {
    const count = next();
    const code = next();
    if (count > 0) put(count, (i) => (bits === 8 ? code : nibble(code, i)));
    else if (code === END_OF_ROW) {
      x = 0;
      y++;
    } else if (code === END_OF_IMAGE) break;
    else if (code === MOVE) {
      x += next();
      y += next();
    } else {
      const start = at;
      const length = bits === 8 ? code : Math.ceil(code / 2);
      // Literal pixels are filled up to two bytes.
      at += length + (length % 2);
      if (start + length > bytes.length) throw new Error('truncated');
      put(code, (i) => (bits === 8 ? bytes[start + i] : nibble(bytes[start + (i >> 1)], i)));
    }
  }
  return indices;
}
