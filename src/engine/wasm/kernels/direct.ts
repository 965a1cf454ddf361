import { BLOCK, columnsTile, rowsTile } from './tile';

/** Pixels that are summed in registers before they are added to the gradient. */
const GRADIENT_BLOCK = 256;

/**
 * A convolution over a grid of pixels, read directly from a zero-bordered buffer. `source` points at the
 * first window, `target` at the first output pixel; all steps and pitches are in bytes. A window is `runs`
 * rows of `run` floats, `pitch` bytes apart; `panels` holds the weights as [outputs/8][runs * run][8].
 *
 * Used for the forward pass at any stride (3x3: three runs of three pixels; 1x1: one run of one pixel) and
 * for the gradient of the input (see `../direct.ts`).
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
      // An incomplete last group repeats its last pixel.
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

/** Bytes of workspace for both functions: offsets, one packed input column, packed gradients. */
export function directWorkspace(outputs: i32): i32 {
  return GRADIENT_BLOCK * (8 + 16 + 4 * outputs);
}

/**
 * Gradients of a convolution's kernel [runs * run, outputs] and bias [outputs]. `source` points at the first
 * window, `outputGradient` at the first output pixel's gradient, both in zero-bordered buffers; steps are in
 * bytes. Windows are described as in `convolve`.
 */
export function kernelGradient(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  sourceColumn: i32,
  runs: i32,
  run: i32,
  pitch: i32,
  outputGradient: usize,
  gradientImage: i32,
  gradientRow: i32,
  images: i32,
  height: i32,
  width: i32,
  outputs: i32,
  kernel: usize,
  bias: usize,
  workspace: usize,
): void {
  const froms = workspace;
  const tos = froms + GRADIENT_BLOCK * 4;
  const column = tos + GRADIENT_BLOCK * 4;
  const packed = column + GRADIENT_BLOCK * 16;
  const outputBytes = outputs << 2;
  memory.fill(bias, 0, outputBytes);

  const pixels = images * height * width;
  let image = 0;
  let y = 0;
  let x = 0;
  for (let done = 0; done < pixels; done += GRADIENT_BLOCK) {
    const count = min(GRADIENT_BLOCK, pixels - done);
    for (let i = 0; i < count; i++) {
      store<i32>(froms + (i << 2), image * sourceImage + y * sourceRow + x * sourceColumn);
      store<i32>(tos + (i << 2), image * gradientImage + y * gradientRow + x * outputBytes);
      if (++x == width) {
        x = 0;
        if (++y == height) {
          y = 0;
          image++;
        }
      }
    }
    packGradients(outputGradient, tos, count, outputBytes, packed, bias);
    let kernelRow = kernel;
    for (let r = 0; r < runs; r++) {
      for (let k = 0; k < run << 2; k += 16) {
        packColumn(source + r * pitch + k, froms, count, column);
        let panel = packed;
        for (let j = 0; j < outputBytes; j += 32) {
          columnsTile(count, column, 16, panel, 32, kernelRow + j, outputBytes, done);
          panel += count << 5;
        }
        kernelRow += outputBytes << 2;
      }
    }
  }
}

/** Packs the gradients of the pixels into panels [outputs/8][count][8] and adds them to the bias gradient. */
function packGradients(
  outputGradient: usize,
  tos: usize,
  count: i32,
  outputBytes: i32,
  into: usize,
  bias: usize,
): void {
  for (let j = 0; j < outputBytes; j += 32) {
    let sum0 = v128.load(bias + j);
    let sum1 = v128.load(bias + j, 16);
    for (let i = 0; i < count; i++) {
      const from = outputGradient + load<u32>(tos + (i << 2)) + j;
      const s0 = v128.load(from);
      const s1 = v128.load(from, 16);
      v128.store(into, s0);
      v128.store(into, s1, 16);
      sum0 = f32x4.add(sum0, s0);
      sum1 = f32x4.add(sum1, s1);
      into += 32;
    }
    v128.store(bias + j, sum0);
    v128.store(bias + j, sum1, 16);
  }
}

function packColumn(source: usize, froms: usize, count: i32, into: usize): void {
  for (let i = 0; i < count; i++) {
    v128.store(into + (i << 4), v128.load(source + load<u32>(froms + (i << 2))));
  }
}
