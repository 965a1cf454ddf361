/** What is read of a `model.json` of TensorFlow.js; what it says beyond this is left alone. */
export interface ModelJson {
  /** `layers-model`; older converters leave it out. */
  format?: string;
  /** null or absent: the file describes weights only. */
  modelTopology?: KerasTopology | null;
  /**
   * @minItems 1
   * @maxItems 4096
   */
  weightsManifest: WeightGroup[];
}

/** Weights whose bytes follow one another in the shards, which are joined in this order. */
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

/** How the numbers stand in the shards: as half floats, or as whole numbers q that mean q × scale + min. */
export interface Quantization {
  dtype: 'uint8' | 'uint16' | 'float16';
  scale?: number;
  min?: number;
}

/** A Keras model, or what the converter wraps around it. */
export interface KerasTopology {
  model_config?: KerasModel;
  class_name?: string;
  config?: ModelConfig | KerasLayer[];
}

/** Keras before 2.2.3 wrote a `Sequential` model as a bare list of layers. */
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
  /** Keras leaves it out in `Sequential` models; it then stands in `config`. */
  name?: string;
  config: LayerConfig;
  /** Which outputs the layer reads: a list for each time it is called. */
  inbound_nodes?: unknown[];
}

/** Settings; which there are and what they mean depends on the class. */
export type LayerConfig = object;
