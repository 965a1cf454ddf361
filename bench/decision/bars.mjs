/** What the decision has to reach, and whether it does. */

/** A figure with its bar. `atLeast`, `atMost`: either may be missing. `digits`: as printed. */
export function barred(name, value, { atLeast = -Infinity, atMost = Infinity, digits = 2, besides = '' }) {
  return {
    name,
    value: value.toFixed(digits) + besides,
    bar: barOf(atLeast, atMost),
    isMet: value >= atLeast && value <= atMost,
  };
}

function barOf(atLeast, atMost) {
  if (atMost === Infinity) return `≥ ${atLeast}`;
  return atLeast === -Infinity ? `≤ ${atMost}` : `${atLeast} to ${atMost}`;
}
