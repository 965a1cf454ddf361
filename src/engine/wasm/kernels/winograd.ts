import { sumRows } from './matrix';
import { BIAS, columnsTile, MASK, RELU, rowsTile, SIX } from './tile';
import { PASSED, transformInput, transformOutput, transformOutputGradient } from './winograd-images';
import { transformKernelGradient, weightStride } from './winograd-weights';

/**
 * 3x3 convolutions at stride 1 with Winograd's F(4x4, 3x3): a tile of 4x4 outputs takes 36 multiplications
 * for each pair of channels instead of 144. The 36 products are matrix products over the tiles. Buffers are
 * padded with zeros to whole tiles.
 */

/** Limit for the products of a block of tiles, so that they stay in the second-level cache. */
const BLOCK_BYTES = 1 << 19;

/** Number of tiles processed together, a multiple of 4. */
function blockOf(channels: i32, outputs: i32): i32 {
  return min(64, max(32, (BLOCK_BYTES / (144 * (channels + outputs))) & ~3));
}

/** Bytes between the 36 products of a block; padded for the same reason as `weightStride`. */
function imageStride(block: i32, channels: i32): i32 {
  return ((block * channels) << 2) + 64;
}

/** Bytes of workspace that `winogradConvolve` and `winogradKernelGradient` need. */
export function winogradWorkspace(channels: i32, outputs: i32): i32 {
  const block = blockOf(channels, outputs);
  return PASSED + 64 + 36 * (imageStride(block, channels) + imageStride(block, outputs));
}

/**
 * Convolution with weights from `transformWeights`. `source` points at the border, `target` and `mask` at the
 * first inner pixel; `flags`, `bias` and `mask` work as in `tile.ts`. Used for the forward pass and, with the
 * kernel rotated by 180 degrees, for the gradient of the input.
 */
export function winogradConvolve(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  channels: i32,
  images: i32,
  side: i32,
  weights: usize,
  target: usize,
  targetImage: i32,
  targetRow: i32,
  outputs: i32,
  flags: i32,
  bias: usize,
  mask: usize,
  workspace: usize,
): void {
  const across = (side + 3) >> 2;
  const tilesPerImage = across * across;
  const tiles = images * tilesPerImage;
  const block = blockOf(channels, outputs);
  const channelBytes = channels << 2;
  const outputBytes = outputs << 2;
  const inputStride = imageStride(block, channels);
  const outputStride = imageStride(block, outputs);
  const productBytes = weightStride(channels, outputs);
  const rows = workspace + PASSED;
  const inputs = rows + 64;
  const sums = inputs + 36 * inputStride;
  for (let i = 0; i < 4; i++) {
    store<i32>(rows + (i << 2), i * channelBytes);
    store<i32>(rows + (i << 2), i * outputBytes, 16);
  }
  for (let done = 0; done < tiles; done += block) {
    const count = min(block, tiles - done);
    for (let i = 0; i < count; i++) {
      const image = (done + i) / tilesPerImage;
      const tile = (done + i) % tilesPerImage;
      const y = (tile / across) << 2;
      const x = (tile % across) << 2;
      const from = source + image * sourceImage + y * sourceRow + x * channelBytes;
      transformInput(from, sourceRow, channels, inputs + i * channelBytes, inputStride, workspace);
    }
    for (let product = 0; product < 36; product++) {
      const left = inputs + product * inputStride;
      const into = sums + product * outputStride;
      let panel = weights + product * productBytes;
      for (let j = 0; j < outputBytes; j += 32) {
        for (let i = 0; i < count; i += 4) {
          rowsTile(left + i * channelBytes, rows, 1, channels, 0, panel, into + i * outputBytes + j, 0, 0, 0);
        }
        panel += channelBytes << 3;
      }
    }
    for (let i = 0; i < count; i++) {
      const image = (done + i) / tilesPerImage;
      const tile = (done + i) % tilesPerImage;
      const y = (tile / across) << 2;
      const x = (tile % across) << 2;
      const at = image * targetImage + y * targetRow + x * outputBytes;
      for (let c = 0; c < outputBytes; c += 16) {
        transformOutput(sums + i * outputBytes + c, outputStride, workspace);
        finish(
          workspace,
          min(4, side - y),
          min(4, side - x),
          target + at + c,
          targetRow,
          outputBytes,
          flags,
          bias + c,
          mask + at + c,
        );
      }
    }
  }
}

/** Applies bias, activation and mask to a 4x4 tile of sums and stores the pixels inside the image. */
function finish(
  tile: usize,
  height: i32,
  width: i32,
  target: usize,
  row: i32,
  pixel: i32,
  flags: i32,
  bias: usize,
  mask: usize,
): void {
  const zero = f32x4.splat(0);
  const six = f32x4.splat(6);
  const shift = flags & BIAS ? v128.load(bias) : zero;
  for (let y = 0; y < height; y++) {
    let at = y * row;
    for (let x = 0; x < width; x++) {
      let value = f32x4.add(v128.load(tile + (y << 6) + (x << 4)), shift);
      if (flags & RELU) {
        value = f32x4.pmax(value, zero);
        if (flags & SIX) value = f32x4.pmin(value, six);
      }
      if (flags & MASK) {
        const output = v128.load(mask + at);
        value = v128.and(value, f32x4.gt(output, zero));
        if (flags & SIX) value = v128.and(value, f32x4.lt(output, six));
      }
      v128.store(target + at, value);
      at += pixel;
    }
  }
}

/**
 * Gradients of the kernel [3, 3, channels, outputs] and the bias. `source` points at the border,
 * `outputGradient` at the first inner pixel; `products` has room for 36 times `weightStride`.
 */
export function winogradKernelGradient(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  channels: i32,
  outputGradient: usize,
  gradientImage: i32,
  gradientRow: i32,
  images: i32,
  side: i32,
  outputs: i32,
  kernel: usize,
  bias: usize,
  products: usize,
  workspace: usize,
): void {
  const across = (side + 3) >> 2;
  const tilesPerImage = across * across;
  const tiles = images * tilesPerImage;
  const block = blockOf(channels, outputs);
  const channelBytes = channels << 2;
  const outputBytes = outputs << 2;
  const inputStride = imageStride(block, channels);
  const gradientStride = imageStride(block, outputs);
  const productBytes = weightStride(channels, outputs);
  const inputs = workspace + PASSED + 64;
  const gradients = inputs + 36 * inputStride;
  for (let done = 0; done < tiles; done += block) {
    const count = min(block, tiles - done);
    for (let i = 0; i < count; i++) {
      const image = (done + i) / tilesPerImage;
      const tile = (done + i) % tilesPerImage;
      const y = (tile / across) << 2;
      const x = (tile % across) << 2;
      const from = source + image * sourceImage + y * sourceRow + x * channelBytes;
      transformInput(from, sourceRow, channels, inputs + i * channelBytes, inputStride, workspace);
      const at = outputGradient + image * gradientImage + y * gradientRow + x * outputBytes;
      transformOutputGradient(
        at,
        gradientRow,
        outputs,
        gradients + i * outputBytes,
        gradientStride,
        workspace,
      );
    }
    // The product at row 1, column 1 is the plain sum of the tile.
    sumRows(gradients + 7 * gradientStride, outputBytes, count, outputs, bias, done);
    for (let product = 0; product < 36; product++) {
      const right = gradients + product * gradientStride;
      let left = inputs + product * inputStride;
      let into = products + product * productBytes;
      for (let c = 0; c < channels; c += 4) {
        for (let j = 0; j < outputBytes; j += 32) {
          columnsTile(count, left, channelBytes, right + j, outputBytes, into + j, outputBytes, done);
        }
        left += 16;
        into += outputBytes << 2;
      }
    }
  }
  transformKernelGradient(products, channels, outputs, kernel, workspace);
}
