/** Draws that are the same on every machine for the same seed (mulberry32). */
export class Random {
  #state;
  #spare = null;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  uniform() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Standard normal (Box and Muller). */
  normal() {
    if (this.#spare !== null) {
      const value = this.#spare;
      this.#spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform() + 1e-12));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  between(low, high) {
    return low + (high - low) * this.uniform();
  }

  /** Uniform in the logarithm. */
  logBetween(low, high) {
    return Math.exp(Math.log(low) + (Math.log(high) - Math.log(low)) * this.uniform());
  }

  oneOf(values) {
    return values[Math.floor(this.uniform() * values.length)];
  }
}

/** Below which a standard normal falls with this probability: Acklam's rational approximation, to 1e-9. */
export function normalQuantile(probability) {
  const tail = 0.02425;
  if (probability < tail) return tailQuantile(Math.sqrt(-2 * Math.log(probability)));
  if (probability > 1 - tail) return -tailQuantile(Math.sqrt(-2 * Math.log(1 - probability)));
  const q = probability - 0.5;
  const r = q * q;
  return (q * polynomial(MIDDLE_OVER, r)) / (polynomial(MIDDLE_UNDER, r) * r + 1);
}

function tailQuantile(q) {
  return polynomial(TAIL_OVER, q) / (polynomial(TAIL_UNDER, q) * q + 1);
}

function polynomial(coefficients, x) {
  return coefficients.reduce((total, coefficient) => total * x + coefficient, 0);
}

const MIDDLE_OVER = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const MIDDLE_UNDER = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
];
const TAIL_OVER = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_UNDER = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
