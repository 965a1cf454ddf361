import type { Lookup } from '../tfjs/lookup.js';
import { quote, refuse } from '../tfjs/refuse.js';
import type { SafeTensor } from './read.js';

/** PyTorch's names for what Keras calls so. */
const PARTS = new Map([
  ['kernel', 'weight'],
  ['depthwise_kernel', 'weight'],
  ['bias', 'bias'],
  ['gamma', 'weight'],
  ['beta', 'bias'],
  ['moving_mean', 'running_mean'],
  ['moving_variance', 'running_var'],
]);

/**
 * Weights of a PyTorch model under the names of its modules, kernels turned from [outputs, inputs, rows, columns] to
 * Keras' order: [rows, columns, inputs, outputs], of depthwise kernels [rows, columns, channels, 1].
 *
 * @param prefix Of all names: whole models put one before those of their backbone.
 * @param file What messages call the file.
 */
export function torchLookup(tensors: ReadonlyMap<string, SafeTensor>, prefix: string, file: string): Lookup {
  const nameOf = (layer: string, part: string) => `${prefix}${layer}.${PARTS.get(part) ?? part}`;
  return {
    has: (layer, part) => tensors.has(nameOf(layer, part)),
    find: (layer, part, asked) => {
      const name = nameOf(layer, part);
      const tensor = tensors.get(name);
      if (tensor === undefined) throw refuse(file, `holds no tensor ${quote(name)}.`, TOGETHER);
      const axes = axesOf(part);
      const shape = axes === null ? [...tensor.shape] : axes.map((axis) => tensor.shape[axis]);
      if (tensor.shape.length !== asked.length || shape.some((side, i) => side !== (asked[i] ?? side))) {
        const needed = asked.map((side) => side ?? 'any').join(', ');
        const order = axes === null ? '' : ' (rows, columns, then channels)';
        throw refuse(
          file,
          `holds ${quote(name)} as [${shape.join(', ')}], where its layer needs [${needed}]${order}.`,
          TOGETHER,
        );
      }
      const values = tensor.values();
      return { shape, values: axes === null ? values : turned(values, tensor.shape, axes) };
    },
  };
}

const TOGETHER = 'Take weights and config.json from the same model.';

/** Axes of PyTorch's kernel in Keras' order; null: it is no kernel. */
function axesOf(part: string): readonly number[] | null {
  if (part === 'kernel') return [2, 3, 1, 0];
  return part === 'depthwise_kernel' ? [2, 3, 0, 1] : null;
}

/** The values with their axes in another order, row-major again. */
function turned(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = axes.map((axis) => shape[axis]);
  const steps = axes.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  let next = 0;
  const visit = (axis: number, from: number): void => {
    if (axis === sides.length) {
      result[next++] = values[from];
      return;
    }
    for (let i = 0; i < sides[axis]; i++) visit(axis + 1, from + i * steps[axis]);
  };
  visit(0, 0);
  return result;
}
