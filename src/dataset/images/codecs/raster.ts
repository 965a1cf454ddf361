/** Decoded pixels, 8 bits per channel, row by row from the top left. */
export interface Raster {
  width: number;
  height: number;
  /** RGB or RGBA. */
  channels: 3 | 4;
  data: Uint8Array;
}

/** Blends transparent pixels with white. */
export function onWhite(raster: Raster): Raster {
  if (raster.channels === 3) return raster;
  const { width, height, data } = raster;
  const opaque = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = data[4 * pixel + 3];
    for (let channel = 0; channel < 3; channel++) {
      const value = data[4 * pixel + channel] * alpha + 255 * (255 - alpha);
      opaque[3 * pixel + channel] = Math.round(value / 255);
    }
  }
  return { width, height, channels: 3, data: opaque };
}

/** Rotates and mirrors by EXIF orientation, 1 to 8. */
export function withOrientation(raster: Raster, orientation: number): Raster {
  if (!(orientation >= 2 && orientation <= 8)) return raster;
  const { width, height, channels, data } = raster;
  const transposed = orientation >= 5;
  const mirroredX = [2, 3, 7, 8].includes(orientation);
  const mirroredY = [3, 4, 6, 7].includes(orientation);
  const outWidth = transposed ? height : width;
  const outHeight = transposed ? width : height;
  const rotated = new Uint8Array(data.length);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const [u, v] = transposed ? [y, x] : [x, y];
      const sourceX = mirroredX ? width - 1 - u : u;
      const sourceY = mirroredY ? height - 1 - v : v;
      for (let channel = 0; channel < channels; channel++) {
        rotated[(y * outWidth + x) * channels + channel] =
          data[(sourceY * width + sourceX) * channels + channel];
      }
    }
  }
  return { width: outWidth, height: outHeight, channels, data: rotated };
}
