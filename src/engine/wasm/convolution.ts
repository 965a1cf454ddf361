import { fanIn, type ConvLayer } from '../network.js';
import type { Arena } from './arena.js';
import { depthwise } from './depthwise.js';
import { direct, pointwise } from './direct.js';
import { reserveImages, type Convolution, type Method, type PaddedImages, type Workspace } from './layer.js';
import { reserveParameter, reserveStandardization } from './parameters.js';
import { winograd } from './winograd.js';

/** Winograd's tiles of 4 × 4 outputs save multiplications if at least 3 × 3 of each are used. */
function methodFor({ kind, stride }: ConvLayer, side: number): Method {
  if (kind === 'depthwise') return depthwise;
  if (kind === 'pointwise') return pointwise;
  return stride === 1 && side > 2 ? winograd : direct;
}

export function reserveConvolution(
  arena: Arena,
  layer: ConvLayer,
  input: PaddedImages,
  maxBatch: number,
): Convolution {
  const { outputs, stride, name } = layer;
  const side = Math.ceil(input.side / stride);
  const method = methodFor(layer, side);
  const { taps, inputs } = fanIn(layer);
  const shape = {
    groups: taps,
    rows: inputs,
    columns: outputs,
    paddedRows: layer.kind === 'depthwise' ? inputs : input.channels,
    paddedColumns: outputs,
  };
  const vectorShape = { groups: 1, rows: 1, columns: outputs, paddedRows: 1, paddedColumns: outputs };
  return {
    layer,
    input,
    output: reserveImages(arena, maxBatch, side, outputs),
    outputGradient: reserveImages(arena, maxBatch, side, outputs),
    kernel: reserveParameter(arena, `${name}/kernel`, shape),
    bias: reserveParameter(arena, `${name}/bias`, vectorShape),
    standardization: layer.standardized === true ? reserveStandardization(arena, name, shape) : null,
    weights: arena.reserve(method.bytes(arena.kernels, input.channels, outputs).weights),
    method,
  };
}

/** Reserves as much as the most demanding layer needs. */
export function reserveWorkspace(arena: Arena, convolutions: readonly Convolution[]): Workspace {
  const needs = convolutions.map(({ method, input, output }) =>
    method.bytes(arena.kernels, input.channels, output.channels),
  );
  const largest = (part: keyof Workspace): number => Math.max(...needs.map((bytes) => bytes[part]));
  return {
    panels: arena.reserve(largest('panels')),
    products: arena.reserve(largest('products')),
    buffer: arena.reserve(largest('buffer')),
  };
}
