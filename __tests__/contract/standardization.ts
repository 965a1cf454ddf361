/**
 * Weight standardization in float64, one output column after the other; `raw` is [n, gain.length]. Gives the weights
 * that convolve and carries gradients by them over to the raw weights and the gain.
 */
export function standardization(raw: Float64Array, gain: Float64Array) {
  const columns = gain.length;
  const count = raw.length / columns;
  const column = (values: Float64Array, at: number) => values.filter((_, index) => index % columns === at);
  const scale = 1.7139588594436646 / Math.sqrt(count);
  const moments = Array.from(gain, (_, at) => {
    const own = column(raw, at);
    const mean = average(own);
    return { mean, deviation: Math.sqrt(average(own.map((value) => (value - mean) ** 2)) + 1e-8) };
  });
  const unit = raw.map((value, at) => (value - moments[at % columns].mean) / moments[at % columns].deviation);

  return {
    effective: unit.map((value, at) => gain[at % columns] * scale * value),
    carry(slope: Float64Array): { raw: Float64Array; gain: Float64Array } {
      const along = slope.map((value, at) => value * unit[at]);
      const means = Array.from(gain, (_, at) => ({
        slope: average(column(slope, at)),
        along: average(column(along, at)),
      }));
      return {
        raw: slope.map((value, at) => {
          const o = at % columns;
          const centered = value - means[o].slope - unit[at] * means[o].along;
          return ((gain[o] * scale) / moments[o].deviation) * centered;
        }),
        gain: Float64Array.from(means, (mean) => scale * count * mean.along),
      };
    },
  };
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
