/**
 * Pixels uint8 [images, side, side, 3] as floats `value * scale + shift` in a zero-bordered buffer of four
 * channels, the fourth zero. `target` points at the first inner pixel; pitches in bytes.
 */
export function normalise(
  pixels: usize,
  images: i32,
  side: i32,
  scale: f32,
  shift: f32,
  target: usize,
  targetImage: i32,
  targetRow: i32,
): void {
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < side; y++) {
      let into = target + image * targetImage + y * targetRow;
      for (let x = 0; x < side; x++) {
        store<f32>(into, <f32>load<u8>(pixels) * scale + shift);
        store<f32>(into, <f32>load<u8>(pixels, 1) * scale + shift, 4);
        store<f32>(into, <f32>load<u8>(pixels, 2) * scale + shift, 8);
        into += 16;
        pixels += 3;
      }
    }
  }
}
