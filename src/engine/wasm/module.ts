import { kernels as base64 } from '../../generated/kernels.js';

/** Address in bytes. */
export type Address = number;

/** The functions in `kernels/`, documented there. Steps and pitches are in bytes, counts in floats. */
export interface Kernels {
  convolve(
    source: Address,
    sourceImage: number,
    sourceRow: number,
    sourceColumn: number,
    runs: number,
    run: number,
    pitch: number,
    images: number,
    height: number,
    width: number,
    panels: Address,
    target: Address,
    targetImage: number,
    targetRow: number,
    targetColumn: number,
    outputs: number,
    flags: number,
    bias: Address,
    mask: Address,
    table: Address,
  ): void;
  kernelGradient(
    source: Address,
    sourceImage: number,
    sourceRow: number,
    sourceColumn: number,
    runs: number,
    run: number,
    pitch: number,
    outputGradient: Address,
    gradientImage: number,
    gradientRow: number,
    images: number,
    height: number,
    width: number,
    outputs: number,
    kernel: Address,
    bias: Address,
    workspace: Address,
  ): void;
  directWorkspace(outputs: number): number;
  depthwise(
    source: Address,
    sourceImage: number,
    sourceRow: number,
    stride: number,
    images: number,
    side: number,
    channels: number,
    weights: Address,
    tapStep: number,
    target: Address,
    targetImage: number,
    targetRow: number,
    flags: number,
    bias: Address,
    mask: Address,
  ): void;
  depthwiseSpread(
    outputGradient: Address,
    gradientImage: number,
    gradientRow: number,
    images: number,
    quads: number,
    channels: number,
    weights: Address,
    target: Address,
    targetImage: number,
    targetRow: number,
    flags: number,
    mask: Address,
  ): void;
  depthwiseKernelGradient(
    source: Address,
    sourceImage: number,
    sourceRow: number,
    stride: number,
    outputGradient: Address,
    gradientImage: number,
    gradientRow: number,
    images: number,
    side: number,
    channels: number,
    kernel: Address,
    bias: Address,
  ): void;
  winogradConvolve(
    source: Address,
    sourceImage: number,
    sourceRow: number,
    channels: number,
    images: number,
    side: number,
    weights: Address,
    target: Address,
    targetImage: number,
    targetRow: number,
    outputs: number,
    flags: number,
    bias: Address,
    mask: Address,
    workspace: Address,
  ): void;
  winogradKernelGradient(
    source: Address,
    sourceImage: number,
    sourceRow: number,
    channels: number,
    outputGradient: Address,
    gradientImage: number,
    gradientRow: number,
    images: number,
    side: number,
    outputs: number,
    kernel: Address,
    bias: Address,
    products: Address,
    workspace: Address,
  ): void;
  winogradWorkspace(channels: number, outputs: number): number;
  transformWeights(panels: Address, channels: number, outputs: number, into: Address, passed: Address): void;
  weightStride(channels: number, outputs: number): number;
  pack(matrix: Address, rows: number, columns: number, panels: Address): void;
  packTransposed(matrix: Address, rows: number, columns: number, panels: Address, panelBytes: number): void;
  standardize(
    raw: Address,
    gain: Address,
    effective: Address,
    moments: Address,
    groups: number,
    rows: number,
    paddedRows: number,
    columns: number,
    scale: number,
  ): void;
  standardizeGradient(
    raw: Address,
    gain: Address,
    effectiveGradient: Address,
    rawGradient: Address,
    gainGradient: Address,
    moments: Address,
    groups: number,
    rows: number,
    paddedRows: number,
    columns: number,
    scale: number,
  ): void;
  normalize(
    pixels: Address,
    images: number,
    side: number,
    scaling: Address,
    target: Address,
    targetImage: number,
    targetRow: number,
  ): void;
  warp(
    source: Address,
    target: Address,
    side: number,
    left: number,
    top: number,
    xx: number,
    xy: number,
    yx: number,
    yy: number,
    gain: number,
  ): void;
  pool(
    source: Address,
    sourceImage: number,
    sourceRow: number,
    images: number,
    side: number,
    channels: number,
    features: Address,
    featurePitch: number,
  ): void;
  poolGradient(
    featureGradient: Address,
    images: number,
    side: number,
    channels: number,
    outputs: Address,
    outputGradient: Address,
    imageBytes: number,
    rowBytes: number,
    flags: number,
  ): void;
  multiply(
    source: Address,
    sourcePitch: number,
    rows: number,
    inner: number,
    panels: Address,
    columns: number,
    target: Address,
    targetPitch: number,
    flags: number,
    bias: Address,
    table: Address,
  ): void;
  multiplyTransposed(
    left: Address,
    leftPitch: number,
    right: Address,
    rightPitch: number,
    rows: number,
    inner: number,
    columns: number,
    target: Address,
    accumulate: number,
  ): void;
  sumRows(
    matrix: Address,
    pitch: number,
    rows: number,
    columns: number,
    sums: Address,
    accumulate: number,
  ): void;
  crossEntropy(
    logits: Address,
    pitch: number,
    rows: number,
    classes: number,
    labels: Address,
    smoothing: number,
    weight: number,
  ): number;
  firstFree(): Address;
  sumOfSquares(values: Address, count: number): number;
  sgdStep(
    weights: Address,
    gradient: Address,
    velocity: Address,
    count: number,
    rate: number,
    momentum: number,
    decay: number,
    scale: number,
  ): void;
}

/** A constant exported by the module. */
interface Constant {
  readonly value: number;
}

/** An instance of the module: its functions, its memory and the constants of `kernels/tile.ts`. */
export interface Instance extends Kernels {
  memory: Memory;
  TABLE_BYTES: Constant;
  ACCUMULATE: Constant;
  BIAS: Constant;
  RELU: Constant;
  MASK: Constant;
  SIX: Constant;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. */
  grow(pages: number): number;
}

/** The part of the WebAssembly API used here; Node's types do not include it. */
declare const WebAssembly: {
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

let compiled: object | undefined;

/** Creates an instance with a memory of its own. */
export function instantiate(): Instance {
  compiled ??= new WebAssembly.Module(Buffer.from(base64, 'base64'));
  return new WebAssembly.Instance(compiled).exports as Instance;
}
