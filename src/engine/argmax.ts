/** Index of the largest value in each row of `scores` [rows, classes]; the first one if several are equal. */
export function argmaxRows(scores: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: scores.length / classes }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (scores[row * classes + k] > scores[row * classes + best]) best = k;
    }
    return best;
  });
}

/** Number of rows of `logits` [labels.length, classes] whose largest value is at the label. */
export function countCorrect(logits: Float32Array, labels: Int32Array, classes: number): number {
  return argmaxRows(logits, classes).reduce((count, best, row) => count + Number(best === labels[row]), 0);
}
