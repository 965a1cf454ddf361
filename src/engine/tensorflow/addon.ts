/** A tensor that lives in TensorFlow's memory until it is deleted. */
export interface TensorInfo {
  id: number;
  shape: number[];
  dtype: number;
}

export interface OpAttribute {
  name: string;
  type: number;
  value: number | string | boolean | number[];
}

/**
 * What tfjs-node's native addon offers: TensorFlow's eager operations by name. TF.js itself is left out: it would
 * add half a second to the start of every worker and a bookkeeping of tensors that the engine does not need.
 */
export interface TensorflowAddon {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  /** Shares the memory of `values` where it is aligned for TensorFlow's kernels, else copies it. */
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  /** A copy of the values. */
  tensorDataSync(id: number): Float32Array;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorInfo[];
  getNumOfTensors(): number;
}
