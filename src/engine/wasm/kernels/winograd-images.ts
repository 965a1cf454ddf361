/**
 * The image transforms of Winograd's F(4x4, 3x3) (Lavin and Gray 2016), four channels at a time: between a
 * tile of pixels and its 36 products, which are `stride` bytes apart. Each transform first works down the
 * columns into the buffer `passed`, which has room for 36 vectors, then along the rows.
 */

/** Bytes of `passed`. */
export const PASSED = 36 * 16;

/** From a 6x6 tile of inputs to its 36 products: transpose(B) d B. */
export function transformInput(
  from: usize,
  row: i32,
  channels: i32,
  into: usize,
  stride: i32,
  passed: usize,
): void {
  const pixel = channels << 2;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  for (let c = 0; c < pixel; c += 16) {
    let at = from + c;
    for (let x = passed; x < passed + 96; x += 16) {
      let line = at;
      const d0 = v128.load(line);
      line += row;
      const d1 = v128.load(line);
      line += row;
      const d2 = v128.load(line);
      line += row;
      const d3 = v128.load(line);
      line += row;
      const d4 = v128.load(line);
      line += row;
      const d5 = v128.load(line);
      at += pixel;
      const a = f32x4.sub(d4, f32x4.mul(four, d2));
      const b = f32x4.sub(d3, f32x4.mul(four, d1));
      const p = f32x4.sub(d4, d2);
      const q = f32x4.mul(two, f32x4.sub(d3, d1));
      v128.store(x, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
      v128.store(x, f32x4.add(a, b), 96);
      v128.store(x, f32x4.sub(a, b), 192);
      v128.store(x, f32x4.add(p, q), 288);
      v128.store(x, f32x4.sub(p, q), 384);
      v128.store(x, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5), 480);
    }
    let product = into + c;
    for (let y = passed; y < passed + PASSED; y += 96) {
      const d0 = v128.load(y);
      const d1 = v128.load(y, 16);
      const d2 = v128.load(y, 32);
      const d3 = v128.load(y, 48);
      const d4 = v128.load(y, 64);
      const d5 = v128.load(y, 80);
      const a = f32x4.sub(d4, f32x4.mul(four, d2));
      const b = f32x4.sub(d3, f32x4.mul(four, d1));
      const p = f32x4.sub(d4, d2);
      const q = f32x4.mul(two, f32x4.sub(d3, d1));
      v128.store(product, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
      product += stride;
      v128.store(product, f32x4.add(a, b));
      product += stride;
      v128.store(product, f32x4.sub(a, b));
      product += stride;
      v128.store(product, f32x4.add(p, q));
      product += stride;
      v128.store(product, f32x4.sub(p, q));
      product += stride;
      v128.store(product, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5));
      product += stride;
    }
  }
}

/**
 * From a 4x4 tile of output gradients to its 36 products, the adjoint of `transformOutput`: A y transpose(A).
 */
export function transformOutputGradient(
  from: usize,
  row: i32,
  channels: i32,
  into: usize,
  stride: i32,
  passed: usize,
): void {
  const pixel = channels << 2;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
  for (let c = 0; c < pixel; c += 16) {
    let at = from + c;
    for (let x = passed; x < passed + 64; x += 16) {
      const y0 = v128.load(at);
      const y1 = v128.load(at + row);
      const y2 = v128.load(at + 2 * row);
      const y3 = v128.load(at + 3 * row);
      at += pixel;
      const a = f32x4.add(y0, y2);
      const b = f32x4.add(y1, y3);
      const p = f32x4.add(y0, f32x4.mul(four, y2));
      const q = f32x4.add(f32x4.mul(two, y1), f32x4.mul(eight, y3));
      v128.store(x, y0);
      v128.store(x, f32x4.add(a, b), 64);
      v128.store(x, f32x4.sub(a, b), 128);
      v128.store(x, f32x4.add(p, q), 192);
      v128.store(x, f32x4.sub(p, q), 256);
      v128.store(x, y3, 320);
    }
    let product = into + c;
    for (let y = passed; y < passed + 384; y += 64) {
      const y0 = v128.load(y);
      const y1 = v128.load(y, 16);
      const y2 = v128.load(y, 32);
      const y3 = v128.load(y, 48);
      const a = f32x4.add(y0, y2);
      const b = f32x4.add(y1, y3);
      const p = f32x4.add(y0, f32x4.mul(four, y2));
      const q = f32x4.add(f32x4.mul(two, y1), f32x4.mul(eight, y3));
      v128.store(product, y0);
      product += stride;
      v128.store(product, f32x4.add(a, b));
      product += stride;
      v128.store(product, f32x4.sub(a, b));
      product += stride;
      v128.store(product, f32x4.add(p, q));
      product += stride;
      v128.store(product, f32x4.sub(p, q));
      product += stride;
      v128.store(product, y3);
      product += stride;
    }
  }
}

/** From 36 products to a 4x4 tile of sums in the first 16 vectors of `passed`: transpose(A) m A. */
export function transformOutput(from: usize, stride: i32, passed: usize): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
  const line = stride * 6;
  for (let x = passed; x < passed + 96; x += 16) {
    let at = from;
    const m0 = v128.load(at);
    at += line;
    const m1 = v128.load(at);
    at += line;
    const m2 = v128.load(at);
    at += line;
    const m3 = v128.load(at);
    at += line;
    const m4 = v128.load(at);
    at += line;
    const m5 = v128.load(at);
    from += stride;
    const a = f32x4.add(m1, m2);
    const b = f32x4.sub(m1, m2);
    const p = f32x4.add(m3, m4);
    const q = f32x4.sub(m3, m4);
    v128.store(x, f32x4.add(f32x4.add(m0, a), p));
    v128.store(x, f32x4.add(b, f32x4.mul(two, q)), 96);
    v128.store(x, f32x4.add(a, f32x4.mul(four, p)), 192);
    v128.store(x, f32x4.add(f32x4.add(b, f32x4.mul(eight, q)), m5), 288);
  }
  let into = passed;
  for (let y = passed; y < passed + 384; y += 96) {
    const m0 = v128.load(y);
    const m1 = v128.load(y, 16);
    const m2 = v128.load(y, 32);
    const m3 = v128.load(y, 48);
    const m4 = v128.load(y, 64);
    const m5 = v128.load(y, 80);
    const a = f32x4.add(m1, m2);
    const b = f32x4.sub(m1, m2);
    const p = f32x4.add(m3, m4);
    const q = f32x4.sub(m3, m4);
    v128.store(into, f32x4.add(f32x4.add(m0, a), p));
    v128.store(into, f32x4.add(b, f32x4.mul(two, q)), 16);
    v128.store(into, f32x4.add(a, f32x4.mul(four, p)), 32);
    v128.store(into, f32x4.add(f32x4.add(b, f32x4.mul(eight, q)), m5), 48);
    into += 64;
  }
}
