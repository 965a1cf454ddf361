/** What a batch norm has learnt, one number a channel. */
export interface NormValues {
  mean: Float32Array;
  variance: Float32Array;
  /** null: 1. */
  gamma: Float32Array | null;
  /** null: 0. */
  beta: Float32Array | null;
  epsilon: number;
}

/**
 * A convolution that does by itself what it and the batch norm after it do. `kernel` is row-major with the outputs as
 * its last side that is not 1, one number of `bias` an output.
 */
export function foldNorm(
  kernel: Float32Array,
  bias: Float32Array,
  { mean, variance, gamma, beta, epsilon }: NormValues,
): { kernel: Float32Array; bias: Float32Array } {
  const scale = Float64Array.from(variance, (value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  return {
    kernel: kernel.map((value, i) => value * scale[i % scale.length]),
    bias: bias.map((value, i) => (value - mean[i]) * scale[i] + (beta?.[i] ?? 0)),
  };
}
