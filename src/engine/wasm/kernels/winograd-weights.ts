import { PASSED } from './winograd-images';

/**
 * Bytes between the 36 products of weights [channels, outputs]: one cache line more than a product needs, so
 * that the products do not compete for the same cache sets.
 */
export function weightStride(channels: i32, outputs: i32): i32 {
  return ((channels * outputs) << 2) + 64;
}

/** From weights [outputs/8][9 * channels][8] to 36 products [outputs/8][channels][8]: G g transpose(G). */
export function transformWeights(
  panels: usize,
  channels: i32,
  outputs: i32,
  into: usize,
  passed: usize,
): void {
  const tap = channels << 5;
  const stride = weightStride(channels, outputs);
  const quarter = f32x4.splat(0.25);
  const sixth = f32x4.splat(-1.0 / 6.0);
  const twentyFourth = f32x4.splat(1.0 / 24.0);
  const twelfth = f32x4.splat(1.0 / 12.0);
  for (let j = 0; j < outputs; j += 8) {
    for (let c = 0; c < tap; c += 16) {
      let at = panels + c;
      for (let x = passed; x < passed + 48; x += 16) {
        const g0 = v128.load(at);
        const g1 = v128.load(at + 3 * tap);
        const g2 = v128.load(at + 6 * tap);
        at += tap;
        const a = f32x4.mul(sixth, f32x4.add(g0, g2));
        const b = f32x4.mul(sixth, g1);
        const p = f32x4.sub(f32x4.mul(twentyFourth, g0), f32x4.mul(sixth, g2));
        const q = f32x4.mul(twelfth, g1);
        v128.store(x, f32x4.mul(quarter, g0));
        v128.store(x, f32x4.add(a, b), 48);
        v128.store(x, f32x4.sub(a, b), 96);
        v128.store(x, f32x4.add(p, q), 144);
        v128.store(x, f32x4.sub(p, q), 192);
        v128.store(x, g2, 240);
      }
      let product = into + c;
      for (let y = passed; y < passed + 288; y += 48) {
        const g0 = v128.load(y);
        const g1 = v128.load(y, 16);
        const g2 = v128.load(y, 32);
        const a = f32x4.mul(sixth, f32x4.add(g0, g2));
        const b = f32x4.mul(sixth, g1);
        const p = f32x4.sub(f32x4.mul(twentyFourth, g0), f32x4.mul(sixth, g2));
        const q = f32x4.mul(twelfth, g1);
        v128.store(product, f32x4.mul(quarter, g0));
        product += stride;
        v128.store(product, f32x4.add(a, b));
        product += stride;
        v128.store(product, f32x4.sub(a, b));
        product += stride;
        v128.store(product, f32x4.add(p, q));
        product += stride;
        v128.store(product, f32x4.sub(p, q));
        product += stride;
        v128.store(product, g2);
        product += stride;
      }
    }
    panels += 9 * tap;
    into += tap;
  }
}

/**
 * From the gradients of the 36 products, each row-major [channels, outputs], to the gradient of the kernel
 * [3, 3, channels, outputs]: transpose(G) u G.
 */
export function transformKernelGradient(
  products: usize,
  channels: i32,
  outputs: i32,
  kernel: usize,
  passed: usize,
): void {
  const tap = (channels * outputs) << 2;
  const stride = weightStride(channels, outputs);
  const line = 6 * stride;
  const quarter = f32x4.splat(0.25);
  const sixth = f32x4.splat(1.0 / 6.0);
  const twelfth = f32x4.splat(1.0 / 12.0);
  const twentyFourth = f32x4.splat(1.0 / 24.0);
  for (let i = 0; i < tap; i += 16) {
    let from = products + i;
    for (let x = passed; x < passed + 96; x += 16) {
      let at = from;
      const u0 = v128.load(at);
      at += line;
      const u1 = v128.load(at);
      at += line;
      const u2 = v128.load(at);
      at += line;
      const u3 = v128.load(at);
      at += line;
      const u4 = v128.load(at);
      at += line;
      const u5 = v128.load(at);
      from += stride;
      const a = f32x4.mul(sixth, f32x4.add(u1, u2));
      const p = f32x4.add(u3, u4);
      v128.store(x, f32x4.add(f32x4.sub(f32x4.mul(quarter, u0), a), f32x4.mul(twentyFourth, p)));
      v128.store(
        x,
        f32x4.add(f32x4.mul(sixth, f32x4.sub(u2, u1)), f32x4.mul(twelfth, f32x4.sub(u3, u4))),
        96,
      );
      v128.store(x, f32x4.add(f32x4.sub(f32x4.mul(sixth, p), a), u5), 192);
    }
    let into = kernel + i;
    for (let y = passed; y < passed + 288; y += 96) {
      const u0 = v128.load(y);
      const u1 = v128.load(y, 16);
      const u2 = v128.load(y, 32);
      const u3 = v128.load(y, 48);
      const u4 = v128.load(y, 64);
      const u5 = v128.load(y, 80);
      const a = f32x4.mul(sixth, f32x4.add(u1, u2));
      const p = f32x4.add(u3, u4);
      v128.store(into, f32x4.add(f32x4.sub(f32x4.mul(quarter, u0), a), f32x4.mul(twentyFourth, p)));
      into += tap;
      v128.store(into, f32x4.add(f32x4.mul(sixth, f32x4.sub(u2, u1)), f32x4.mul(twelfth, f32x4.sub(u3, u4))));
      into += tap;
      v128.store(into, f32x4.add(f32x4.sub(f32x4.mul(sixth, p), a), u5));
      into += tap;
    }
  }
}
