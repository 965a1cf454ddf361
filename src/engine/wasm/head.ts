import type { Address, Arena } from './arena.js';
import { reserveParameter, type Parameter } from './parameters.js';

/** The dense layer in memory; its classes are padded to `columns`, a multiple of 8. */
export interface Head {
  readonly classes: number;
  readonly columns: number;
  readonly width: number;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** [maxBatch, width], and its gradient. */
  readonly features: Address;
  readonly featureGradient: Address;
  /** [maxBatch, columns]; the loss function replaces them with their gradient. */
  readonly logits: Address;
  readonly forwardPanels: Address;
  readonly backwardPanels: Address;
  readonly table: Address;
}

export function reserveHead(arena: Arena, width: number, classes: number, maxBatch: number): Head {
  const columns = Math.ceil(classes / 8) * 8;
  return {
    classes,
    columns,
    width,
    kernel: reserveParameter(arena, 'head/kernel', {
      groups: 1,
      rows: width,
      columns: classes,
      paddedRows: width,
      paddedColumns: columns,
    }),
    bias: reserveParameter(arena, 'head/bias', {
      groups: 1,
      rows: 1,
      columns: classes,
      paddedRows: 1,
      paddedColumns: columns,
    }),
    features: arena.reserveFloats(maxBatch * width),
    featureGradient: arena.reserveFloats(maxBatch * width),
    logits: arena.reserveFloats(maxBatch * columns),
    forwardPanels: arena.reserveFloats(width * columns),
    backwardPanels: arena.reserveFloats(width * columns),
    table: arena.reserve(arena.kernels.TABLE_BYTES.value),
  };
}

/** Computes the logits from the features. */
export function headForward({ kernels }: Arena, head: Head, images: number): void {
  const { width, columns, kernel, bias, features, logits, forwardPanels, table } = head;
  kernels.pack(kernel.value, width, columns, forwardPanels);
  kernels.multiply(
    features,
    4 * width,
    images,
    width,
    forwardPanels,
    columns,
    logits,
    4 * columns,
    kernels.BIAS.value,
    bias.value,
    table,
  );
}

/** Computes the gradients of kernel and bias from that of the logits. */
export function headKernelGradient({ kernels }: Arena, head: Head, images: number): void {
  const { width, columns, kernel, bias, features, logits } = head;
  const pitch = 4 * columns;
  kernels.multiplyTransposed(features, 4 * width, logits, pitch, images, width, columns, kernel.gradient, 0);
  kernels.sumRows(logits, pitch, images, columns, bias.gradient, 0);
}

/** Computes the gradient of the features from that of the logits. */
export function headInputGradient({ kernels }: Arena, head: Head, images: number): void {
  const { width, columns, kernel, featureGradient, logits, backwardPanels, table } = head;
  kernels.packTransposed(kernel.value, width, columns, backwardPanels, columns * 32);
  kernels.multiply(
    logits,
    4 * columns,
    images,
    columns,
    backwardPanels,
    width,
    featureGradient,
    4 * width,
    0,
    0,
    table,
  );
}
