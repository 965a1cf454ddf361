/**
 * Pixels uint8 [images, side, side, 3] as floats `value * scale + shift` in a zero-bordered buffer of four
 * channels, the fourth zero. `scaling` holds the scales of the four channels, then their shifts; those of the fourth
 * are zero. `target` points at the first inner pixel; pitches in bytes. Reads one byte beyond the pixels.
 */
export function normalise(
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
