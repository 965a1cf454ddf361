/**
 * How far images lie from those that a backbone was pre-trained on: the distance between the means of each feature in
 * standard deviations of the source, root mean square over the features. Images of the source itself give 0, but for
 * chance; 1 says that the average image is as far off as images of the source are from each other.
 *
 * It is the mean part of the Fréchet distance of two normal distributions with independent features (Heusel et al.
 * 2017), in units that do not depend on the width of the network. Features that never vary on the source are left out.
 *
 * @param features [rows, width], row-major.
 */
export function novelty(
  features: Float32Array,
  { mean, deviation }: { mean: readonly number[]; deviation: readonly number[] },
): number {
  const width = mean.length;
  const rows = features.length / width;
  const sums = new Float64Array(width);
  features.forEach((value, at) => (sums[at % width] += value));
  const distances = deviation.flatMap((spread, feature) =>
    spread > 0 ? [((sums[feature] / rows - mean[feature]) / spread) ** 2] : [],
  );
  return Math.sqrt(distances.reduce((sum, distance) => sum + distance, 0) / distances.length);
}
