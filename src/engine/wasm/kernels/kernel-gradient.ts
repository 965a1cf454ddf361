import { columnsTile } from './tile';

/** Pixels that are summed in registers before they are added to the gradient. */
const BLOCK = 256;

/** Bytes of the workspace, also enough for `convolve`: offsets, one packed input column, packed slopes. */
export function directWorkspace(outputs: i32): i32 {
  return BLOCK * (8 + 16 + 4 * outputs);
}

/**
 * Gradients of a convolution's kernel [runs * run, outputs] and bias [outputs]. `source` points at the first window,
 * `slope` at the first output pixel's gradient, both in zero-bordered buffers; steps in bytes. Windows as in
 * `convolve`: three runs of three pixels for 3x3, one run of one pixel for 1x1.
 */
export function kernelGradient(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  sourceColumn: i32,
  runs: i32,
  run: i32,
  pitch: i32,
  slope: usize,
  slopeImage: i32,
  slopeRow: i32,
  images: i32,
  height: i32,
  width: i32,
  outputs: i32,
  kernel: usize,
  bias: usize,
  workspace: usize,
): void {
  const froms = workspace;
  const tos = froms + BLOCK * 4;
  const column = tos + BLOCK * 4;
  const slopes = column + BLOCK * 16;
  const outputBytes = outputs << 2;
  memory.fill(bias, 0, outputBytes);

  const pixels = images * height * width;
  let image = 0;
  let y = 0;
  let x = 0;
  for (let done = 0; done < pixels; done += BLOCK) {
    const count = min(BLOCK, pixels - done);
    for (let i = 0; i < count; i++) {
      store<i32>(froms + (i << 2), image * sourceImage + y * sourceRow + x * sourceColumn);
      store<i32>(tos + (i << 2), image * slopeImage + y * slopeRow + x * outputBytes);
      if (++x == width) {
        x = 0;
        if (++y == height) {
          y = 0;
          image++;
        }
      }
    }
    packSlopes(slope, tos, count, outputBytes, slopes, bias);
    let gradient = kernel;
    for (let r = 0; r < runs; r++) {
      for (let k = 0; k < run << 2; k += 16) {
        packColumn(source + r * pitch + k, froms, count, column);
        let panel = slopes;
        for (let j = 0; j < outputBytes; j += 32) {
          columnsTile(count, column, 16, panel, 32, gradient + j, outputBytes, done);
          panel += count << 5;
        }
        gradient += outputBytes << 2;
      }
    }
  }
}

/** Slopes of the pixels as panels [outputs/8][count][8], summed into the bias on the way. */
function packSlopes(slope: usize, tos: usize, count: i32, outputBytes: i32, into: usize, bias: usize): void {
  for (let j = 0; j < outputBytes; j += 32) {
    let sum0 = v128.load(bias + j);
    let sum1 = v128.load(bias + j, 16);
    for (let i = 0; i < count; i++) {
      const from = slope + load<u32>(tos + (i << 2)) + j;
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
