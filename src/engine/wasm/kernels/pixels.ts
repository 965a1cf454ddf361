/**
 * Converts pixels uint8 [images, side, side, 3] to floats `value * scale + shift` in a zero-bordered buffer
 * with four channels, the fourth always zero. `scaling` holds four scales, then four shifts. `target` points
 * at the first inner pixel; pitches are in bytes. Reads one byte beyond the pixels.
 */
export function normalize(
  pixels: usize,
  images: i32,
  side: i32,
  scaling: usize,
  target: usize,
  targetImage: i32,
  targetRow: i32,
): void {
  const scale = v128.load(scaling);
  const shift = v128.load(scaling, 16);
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < side; y++) {
      let into = target + image * targetImage + y * targetRow;
      for (let x = 0; x < side; x++) {
        const levels = i16x8.extend_low_i8x16_u(v128.load32_zero(pixels));
        const values = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(levels));
        v128.store(into, f32x4.add(f32x4.mul(values, scale), shift));
        into += 16;
        pixels += 3;
      }
    }
  }
}

/**
 * Copies an image uint8 [side, side, 3] under an affine map, with bilinear interpolation: the pixel at (x, y)
 * of the copy comes from (left + x·xx + y·xy, top + x·yx + y·yy) of the source, in fixed point with 16
 * fractional bits. Beyond the edges the nearest pixel is repeated. Whole-pixel positions are exact. Each
 * level is then multiplied by `gain` / 256, 0 to 2, and clamped to 255. Integer arithmetic throughout.
 *
 * Reads up to `side * 3 + 8` bytes beyond the source, with weight 0, and writes one byte beyond the target.
 */
export function warp(
  source: usize,
  target: usize,
  side: i32,
  left: i32,
  top: i32,
  xx: i32,
  xy: i32,
  yx: i32,
  yy: i32,
  gain: i32,
): void {
  const last = (side - 1) << 16;
  const rowBytes = side * 3;
  const one = i16x8.splat(256);
  const half = i32x4.splat(0x8000);
  const gains = i16x8.splat(<i16>gain);
  for (let y = 0; y < side; y++) {
    let column = left + y * xy;
    let row = top + y * yy;
    for (let x = 0; x < side; x++) {
      const px = min(max(column, 0), last);
      const py = min(max(row, 0), last);
      const from = source + (py >> 16) * rowBytes + (px >> 16) * 3;
      const right = i16x8.splat(<i16>((px >> 8) & 255));
      const below = i16x8.splat(<i16>((py >> 8) & 255));
      // RGB of a pixel and of its right neighbor, 16 bits each: at most 255 * 256.
      const pair = i16x8.add(
        i16x8.mul(v128.load8x8_u(from), i16x8.sub(one, below)),
        i16x8.mul(v128.load8x8_u(from + rowBytes), below),
      );
      const neighbor = i8x16.shuffle(pair, pair, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21);
      const sum = i32x4.add(
        i32x4.extmul_low_i16x8_u(pair, i16x8.sub(one, right)),
        i32x4.extmul_low_i16x8_u(neighbor, right),
      );
      // Shifted left by seven bits, so that the rounding 15-bit product gives (level * gain + 128) >> 8.
      const level = i32x4.shl(i32x4.shr_u(i32x4.add(sum, half), 16), 7);
      const scaled = i16x8.q15mulr_sat_s(i16x8.narrow_i32x4_u(level, level), gains);
      v128.store32_lane(target, i8x16.narrow_i16x8_u(scaled, scaled), 0);
      target += 3;
      column += xx;
      row += yx;
    }
  }
}
