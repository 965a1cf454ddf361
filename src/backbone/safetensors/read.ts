import { Ajv } from 'ajv';
import { safetensorsTensorSchema } from '../../generated/schemas.js';
import { float16ToFloat32 } from '../float16.js';
import { quote, refuse } from '../tfjs/refuse.js';
import type { StoredTensor } from './model.js';

/** A tensor of the file; its numbers are read when they are asked for. */
export interface SafeTensor {
  shape: readonly number[];
  /**
   * Row-major, as many as the shape says.
   * @throws InputError when they are of a kind that is not read, or one of them is not finite.
   */
  values(): Float32Array;
}

/** Of the header's length, before the header. */
const LENGTH_BYTES = 8;
const MOST_HEADER_BYTES = 16 * 2 ** 20;
const MOST_TENSORS = 8192;
const AGAIN = 'Download it anew, or write it again with the safetensors library.';

const isTensor = new Ajv({ strict: false }).compile<StoredTensor>(safetensorsTensorSchema);

const KINDS = new Map<string, { bytes: number; decode: (buffer: ArrayBuffer) => Float32Array }>([
  ['F32', { bytes: 4, decode: (buffer) => new Float32Array(buffer) }],
  ['F16', { bytes: 2, decode: (buffer) => float16ToFloat32(new Uint16Array(buffer)) }],
  ['BF16', { bytes: 2, decode: (buffer) => bfloat16ToFloat32(new Uint16Array(buffer)) }],
]);

/**
 * The tensors of a safetensors file by name: 8 bytes that give the length of the header, the header in JSON, then the
 * numbers of all tensors.
 * @param file What messages call it.
 * @throws InputError when it is cut short, or its header is none or describes other bytes than there are.
 */
export function readSafetensors(bytes: Uint8Array, file: string): Map<string, SafeTensor> {
  const length = headerLength(bytes, file);
  const data = bytes.subarray(LENGTH_BYTES + length);
  const entries = Object.entries(headerOf(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), file));
  if (entries.length > MOST_TENSORS) throw refuse(file, `holds more than ${MOST_TENSORS} tensors.`, AGAIN);
  return new Map(
    entries
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => [name, tensorOf(name, entry, data, file)]),
  );
}

function headerLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < LENGTH_BYTES) throw refuse(file, 'is no safetensors file: it is too short.', AGAIN);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MOST_HEADER_BYTES || length > bytes.length - LENGTH_BYTES) {
    throw refuse(file, 'is no safetensors file, or is cut short within its header.', AGAIN);
  }
  return length;
}

function headerOf(bytes: Uint8Array, file: string): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    header = null;
  }
  if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  throw refuse(file, 'is no safetensors file: its header is no JSON object.', AGAIN);
}

function tensorOf(name: string, entry: unknown, data: Uint8Array, file: string): SafeTensor {
  if (!isTensor(entry))
    throw refuse(file, `describes the tensor ${quote(name)} wrongly in its header.`, AGAIN);
  const { dtype, shape, data_offsets: offsets } = entry;
  const [from, to] = offsets;
  const kind = KINDS.get(dtype);
  const count = shape.reduce((product, side) => product * side, 1);
  if (from > to || (kind !== undefined && to - from !== count * kind.bytes)) {
    throw refuse(file, `describes the tensor ${quote(name)} with other bytes than its shape takes.`, AGAIN);
  }
  if (to > data.length) {
    throw refuse(
      file,
      `is cut short: the tensor ${quote(name)} ends ${to - data.length} bytes after it.`,
      AGAIN,
    );
  }
  return {
    shape,
    values: () => {
      if (kind === undefined) {
        throw refuse(
          file,
          `holds the tensor ${quote(name)} as ${quote(dtype)}; F32, F16 and BF16 are read.`,
          'Save the model again in one of them.',
        );
      }
      // A copy, because numbers of several bytes must begin at a multiple of their size.
      const values = kind.decode(new Uint8Array(data.subarray(from, to)).buffer);
      if (values.every(Number.isFinite)) return values;
      throw refuse(
        file,
        `holds values in the tensor ${quote(name)} that are NaN or infinite.`,
        'Download the file anew; if it stays so, the model was saved after its training had failed.',
      );
    },
  };
}

/** The upper half of a float32 each. */
function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half * 65_536).buffer);
}
