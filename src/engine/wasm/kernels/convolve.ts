import { BLOCK, rowsTile } from './tile';

/**
 * A convolution over a grid of pixels, read straight from a zero-bordered buffer. `source` and `target` point at
 * the window and at the pixel of the grid's first position; all steps and pitches are in bytes. A window is
 * `runs` rows of `run` floats, `pitch` bytes apart; `panels` holds the weights as [outputs/8][runs * run][8].
 *
 * Serves the forward pass at any stride (three runs of three pixels; for 1x1 one run of one pixel) and both forms of the input's gradient
 * (see `convolution.ts` of the engine).
 */
export function convolve(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  sourceColumn: i32,
  runs: i32,
  run: i32,
  pitch: i32,
  images: i32,
  height: i32,
  width: i32,
  panels: usize,
  target: usize,
  targetImage: i32,
  targetRow: i32,
  targetColumn: i32,
  outputs: i32,
  flags: i32,
  bias: usize,
  mask: usize,
  table: usize,
): void {
  const pixels = images * height * width;
  const panelBytes = (runs * run) << 5;
  let image = 0;
  let y = 0;
  let x = 0;
  for (let done = 0; done < pixels; done += BLOCK) {
    const count = min(BLOCK, pixels - done);
    const whole = (count + 3) & ~3;
    let from: i32 = 0;
    let to: i32 = 0;
    for (let i = 0; i < whole; i++) {
      // A last group that is not full repeats its last pixel.
      if (i < count) {
        from = image * sourceImage + y * sourceRow + x * sourceColumn;
        to = image * targetImage + y * targetRow + x * targetColumn;
        if (++x == width) {
          x = 0;
          if (++y == height) {
            y = 0;
            image++;
          }
        }
      }
      const entry = table + ((i >> 2) << 5) + ((i & 3) << 2);
      store<i32>(entry, from);
      store<i32>(entry, to, 16);
    }
    let panel = panels;
    for (let j = 0; j < outputs << 2; j += 32) {
      for (let i = 0; i < whole; i += 4) {
        rowsTile(source, table + (i << 3), runs, run, pitch, panel, target + j, flags, bias + j, mask + j);
      }
      panel += panelBytes;
    }
  }
}
