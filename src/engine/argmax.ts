/** Index of the largest of each row of `scores` [rows, classes]; the first among equals. */
export function argmaxRows(scores: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: scores.length / classes }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (scores[row * classes + k] > scores[row * classes + best]) best = k;
    }
    return best;
  });
}

/** How many rows of `logits` [labels.length, classes] are highest at their label. */
export function hitsOf(logits: Float32Array, labels: Int32Array, classes: number): number {
  return argmaxRows(logits, classes).reduce((hits, best, row) => hits + Number(best === labels[row]), 0);
}
