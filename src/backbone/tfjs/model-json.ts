/** The supported part of a TensorFlow.js `model.json`; everything else is ignored. */
export interface ModelJson {
  /** `layers-model`; missing in files of older converters. */
  format?: string;
  /** null or absent: the file lists only weights. */
  modelTopology?: KerasTopology | null;
  /**
   * @minItems 1
   * @maxItems 4096
   */
  weightsManifest: WeightGroup[];
}

/** Weights whose bytes follow one another in the shards, concatenated in this order. */
export interface WeightGroup {
  /**
   * Relative to `model.json`, with `/` between folders.
   * @minItems 1
   * @maxItems 4096
   */
  paths: ShardPath[];
  /** @maxItems 4096 */
  weights: WeightEntry[];
}

/**
 * @minLength 1
 * @maxLength 500
 */
export type ShardPath = string;

export interface WeightEntry {
  /**
   * `<layer>/<part>`, often with a prefix.
   * @minLength 1
   * @maxLength 500
   */
  name: string;
  /** @maxItems 8 */
  shape: Side[];
  dtype: 'float32' | 'int32';
  quantization?: Quantization;
}

/**
 * @asType integer
 * @minimum 0
 * @maximum 2147483647
 */
export type Side = number;

/** Storage in the shards: as float16, or as integers q that stand for q × scale + min. */
export interface Quantization {
  dtype: 'uint8' | 'uint16' | 'float16';
  scale?: number;
  min?: number;
}

/** A Keras model, perhaps in the converter's wrapper. */
export interface KerasTopology {
  model_config?: KerasModel;
  class_name?: string;
  config?: ModelConfig | KerasLayer[];
}

/** Keras before 2.2.3 wrote `Sequential` models as a plain list of layers. */
export interface KerasModel {
  /** @maxLength 200 */
  class_name: string;
  config: ModelConfig | KerasLayer[];
}

export interface ModelConfig {
  /** @maxItems 2000 */
  layers: KerasLayer[];
}

export interface KerasLayer {
  /** @maxLength 200 */
  class_name: string;
  /** Missing in `Sequential` models, where it is in `config`. */
  name?: string;
  config: LayerConfig;
  /** Inputs of the layer: a list for each call. */
  inbound_nodes?: unknown[];
}

/** The settings depend on the class. */
export type LayerConfig = object;
