/** Reads safetensors files, and finds the weights of PyTorch modules in them. */
import { Ajv } from 'ajv';
import { safetensorsTensorSchema } from '../../generated/schemas.js';
import { modelError, quoteName } from '../errors.js';
import { bfloat16ToFloat32, float16ToFloat32, type Tensor, type WeightLookup } from '../tensor.js';
import type { StoredTensor } from './types.js';

/** The file starts with the length of its header. */
const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 16 * 2 ** 20;
const MAX_TENSORS = 8192;
const DOWNLOAD_AGAIN = 'Download it again, or write it again with the safetensors library.';
const MISMATCH = 'Use weights and config.json of the same model.';

const isTensor = new Ajv({ strict: false }).compile<StoredTensor>(safetensorsTensorSchema);

const DTYPES = new Map<string, { bytes: number; decode: (buffer: ArrayBuffer) => Float32Array }>([
  ['F32', { bytes: 4, decode: (buffer) => new Float32Array(buffer) }],
  ['F16', { bytes: 2, decode: (buffer) => float16ToFloat32(new Uint16Array(buffer)) }],
  ['BF16', { bytes: 2, decode: (buffer) => bfloat16ToFloat32(new Uint16Array(buffer)) }],
]);

/**
 * The tensors of a safetensors file by name. The file has 8 bytes with the length of the header, the header in JSON,
 * and the values of all tensors.
 * @param file For messages.
 * @throws InputError when it is truncated or its header is invalid.
 */
export function readSafetensors(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const length = headerLength(bytes, file);
  const data = bytes.subarray(LENGTH_BYTES + length);
  const entries = Object.entries(parseHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), file));
  if (entries.length > MAX_TENSORS) {
    throw modelError(file, `contains more than ${MAX_TENSORS} tensors.`, DOWNLOAD_AGAIN);
  }
  return new Map(
    entries
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => [name, tensorOf(name, entry, data, file)]),
  );
}

function headerLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < LENGTH_BYTES) {
    throw modelError(file, 'is not a safetensors file: it is too short.', DOWNLOAD_AGAIN);
  }
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > bytes.length - LENGTH_BYTES) {
    throw modelError(file, 'is not a safetensors file, or its header is truncated.', DOWNLOAD_AGAIN);
  }
  return length;
}

function parseHeader(bytes: Uint8Array, file: string): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    header = null;
  }
  if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  throw modelError(file, 'is not a safetensors file: its header is not a JSON object.', DOWNLOAD_AGAIN);
}

function tensorOf(name: string, entry: unknown, data: Uint8Array, file: string): Tensor {
  if (!isTensor(entry)) {
    throw modelError(
      file,
      `has an invalid entry for the tensor ${quoteName(name)} in its header.`,
      DOWNLOAD_AGAIN,
    );
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  const [from, to] = offsets;
  const type = DTYPES.get(dtype);
  const count = shape.reduce((product, side) => product * side, 1);
  if (from > to || (type !== undefined && to - from !== count * type.bytes)) {
    const message = `has a size for the tensor ${quoteName(name)} that does not match its shape.`;
    throw modelError(file, message, DOWNLOAD_AGAIN);
  }
  if (to > data.length) {
    const message = `is truncated: ${to - data.length} bytes of the tensor ${quoteName(name)} are missing.`;
    throw modelError(file, message, DOWNLOAD_AGAIN);
  }
  return {
    shape,
    values: () => {
      if (type === undefined) {
        throw modelError(
          file,
          `stores the tensor ${quoteName(name)} as ${quoteName(dtype)}; only F32, F16 and BF16 are supported.`,
          'Save the model with one of them.',
        );
      }
      // A copy, because typed arrays must start at a multiple of their item size.
      const values = type.decode(new Uint8Array(data.subarray(from, to)).buffer);
      if (values.every(Number.isFinite)) return values;
      throw modelError(
        file,
        `has NaN or infinite values in the tensor ${quoteName(name)}.`,
        'Download the file again. If that does not help, the model was saved after its training diverged.',
      );
    },
  };
}

/** PyTorch's names of the parts of Keras layers. */
const TORCH_PARTS = new Map([
  ['kernel', 'weight'],
  ['depthwise_kernel', 'weight'],
  ['bias', 'bias'],
  ['gamma', 'weight'],
  ['beta', 'bias'],
  ['moving_mean', 'running_mean'],
  ['moving_variance', 'running_var'],
]);

/**
 * Finds weights by the names of PyTorch modules, with kernels transposed from [outputs, inputs, rows, columns] to
 * Keras' order: [rows, columns, inputs, outputs], or [rows, columns, channels, 1] for depthwise kernels.
 *
 * @param prefix Of all names.
 * @param file For messages.
 */
export function torchLookup(
  tensors: ReadonlyMap<string, Tensor>,
  prefix: string,
  file: string,
): WeightLookup {
  const nameOf = (layer: string, part: string) => `${prefix}${layer}.${TORCH_PARTS.get(part) ?? part}`;
  return {
    has: (layer, part) => tensors.has(nameOf(layer, part)),
    find: (layer, part, wanted) => {
      const name = nameOf(layer, part);
      const tensor = tensors.get(name);
      if (tensor === undefined) throw modelError(file, `has no tensor ${quoteName(name)}.`, MISMATCH);
      const axes = kernelAxes(part);
      const shape = axes === null ? [...tensor.shape] : axes.map((axis) => tensor.shape[axis]);
      if (tensor.shape.length !== wanted.length || shape.some((side, i) => side !== (wanted[i] ?? side))) {
        const expected = wanted.map((side) => side ?? 'any').join(', ');
        const order = axes === null ? '' : ' (rows, columns, then channels)';
        throw modelError(
          file,
          `stores ${quoteName(name)} as [${shape.join(', ')}], but its layer needs [${expected}]${order}.`,
          MISMATCH,
        );
      }
      const values = tensor.values();
      return { shape, values: axes === null ? values : transpose(values, tensor.shape, axes) };
    },
  };
}

/** The axes of PyTorch's kernel in Keras' order; null: not a kernel. */
function kernelAxes(part: string): readonly number[] | null {
  if (part === 'kernel') return [2, 3, 1, 0];
  return part === 'depthwise_kernel' ? [2, 3, 0, 1] : null;
}

function transpose(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
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
