import type { Network, Weights } from '../engine/network.js';
import type { TrialContext } from './trial.js';

/** Mean activation that every channel is brought to: about that of half a normal distribution. */
const LEVEL = 0.5;
/** Channels that hardly ever speak are not raised as if they spoke in this share of their layer. */
const FLOOR = 0.1;
/** Rows beyond this do not move the means. */
const ROWS = 512;

/**
 * The same function with every channel at the same mean activation on the given rows: a channel's kernel and bias are
 * multiplied by a factor, and what reads the channel is divided by it, which a ReLU lets through. Gradient descent is
 * not blind to such factors (Neyshabur et al. 2015): folding batch norm into the kernels leaves them uneven, and layers
 * then learn at rates of their own. Scaled to the data (Krähenbühl et al. 2016), they learn alike, as under batch norm.
 */
export function balanced(
  context: Pick<TrialContext, 'features'>,
  network: Network,
  weights: Weights,
  rows: Int32Array,
): Weights {
  const result: Weights = new Map(weights);
  const means = channelMeans(context, rows.subarray(0, ROWS));
  let offset = 0;
  let divisors: Float64Array | null = null;
  for (const { name, inputs, outputs } of network.layers) {
    const own = means.subarray(offset, offset + outputs);
    offset += outputs;
    const least = (FLOOR * own.reduce((sum, mean) => sum + mean, 0)) / outputs;
    const factors = own.map((mean) => LEVEL / Math.max(mean, least, Number.EPSILON));
    const kernel = weights.get(`${name}/kernel`)!;
    result.set(`${name}/kernel`, rescaled(kernel, inputs, outputs, divisors, factors));
    result.set(
      `${name}/bias`,
      weights.get(`${name}/bias`)!.map((value, output) => value * factors[output]),
    );
    divisors = factors;
  }
  const head = weights.get('head/kernel')!;
  const width = divisors!.length;
  result.set('head/kernel', rescaled(head, width, head.length / width, divisors, null));
  return result;
}

/** A kernel [taps, inputs, outputs] divided by one number an input and multiplied by one an output. */
function rescaled(
  kernel: Float32Array,
  inputs: number,
  outputs: number,
  divisors: Float64Array | null,
  factors: Float64Array | null,
): Float32Array {
  return kernel.map((value, at) => {
    const output = at % outputs;
    const input = Math.floor(at / outputs) % inputs;
    return (value / (divisors?.[input] ?? 1)) * (factors?.[output] ?? 1);
  });
}

/** Mean of each pooled feature of all layers. */
function channelMeans({ features }: Pick<TrialContext, 'features'>, rows: Int32Array): Float64Array {
  const { width } = features;
  const values = features.read(rows);
  const means = new Float64Array(width);
  values.forEach((value, at) => (means[at % width] += value / rows.length));
  return means;
}
