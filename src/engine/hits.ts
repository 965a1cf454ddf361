/** How many rows of `logits` [labels.length, classes] are highest at their label; the first among equals counts. */
export function hitsOf(logits: Float32Array, labels: Int32Array, classes: number): number {
  let hits = 0;
  labels.forEach((label, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    hits += Number(own.indexOf(Math.max(...own)) === label);
  });
  return hits;
}
