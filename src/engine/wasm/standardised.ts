import { STANDARDISATION } from '../network.js';
import type { Arena } from './arena.js';
import type { Address } from './module.js';
import { reserveParameter, type Parameter, type Shape } from './parameter.js';

/** A layer whose weights are trained. */
export interface TrainedLayer {
  /** What convolves, and the gradient by it. */
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** What is trained in the kernel's place when the layer is standardised. */
  readonly standardised: Standardised | null;
}

export interface Standardised {
  readonly raw: Parameter;
  readonly gain: Parameter;
  /** Mean and deviation of each output's weights, float64. */
  readonly moments: Address;
}

export function reserveStandardised(arena: Arena, name: string, shape: Shape): Standardised {
  const { columns, paddedColumns } = shape;
  return {
    raw: reserveParameter(arena, `${name}/kernel`, shape),
    gain: reserveParameter(arena, `${name}/gain`, {
      groups: 1,
      rows: 1,
      columns,
      paddedRows: 1,
      paddedColumns,
    }),
    moments: arena.reserve(16 * paddedColumns),
  };
}

/** What is trained in a layer: its kernel, which decays, and vectors, which do not. */
export interface LayerParameters {
  kernel: Parameter;
  vectors: Parameter[];
}

export function parametersOf({ kernel, bias, standardised }: TrainedLayer): LayerParameters {
  return standardised === null
    ? { kernel, vectors: [bias] }
    : { kernel: standardised.raw, vectors: [bias, standardised.gain] };
}

/** Computes what convolves from what is trained. */
export function refreshKernel({ kernels }: Arena, { kernel, standardised }: TrainedLayer): void {
  if (standardised === null) return;
  const { raw, gain, moments } = standardised;
  const { groups, rows, paddedRows, columns } = kernel.shape;
  kernels.standardise(
    raw.value,
    gain.value,
    kernel.value,
    moments,
    groups,
    rows,
    paddedRows,
    columns,
    STANDARDISATION.scale / Math.sqrt(groups * rows),
  );
}

/** Carries the gradient by what convolves over to what is trained. */
export function carryGradient({ kernels }: Arena, { kernel, standardised }: TrainedLayer): void {
  if (standardised === null) return;
  const { raw, gain, moments } = standardised;
  const { groups, rows, paddedRows, columns } = kernel.shape;
  kernels.standardiseGradient(
    raw.value,
    gain.value,
    kernel.gradient,
    raw.gradient,
    gain.gradient,
    moments,
    groups,
    rows,
    paddedRows,
    columns,
    STANDARDISATION.scale / Math.sqrt(groups * rows),
  );
}
