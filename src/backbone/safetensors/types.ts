/** A tensor in the header of a safetensors file. */
export interface StoredTensor {
  /**
   * `F32`, `F16`, `BF16`, or a type that is not supported.
   * @maxLength 20
   */
  dtype: string;
  /** @maxItems 8 */
  shape: Whole[];
  /**
   * First byte and the one after the last, relative to the end of the header.
   * @minItems 2
   * @maxItems 2
   */
  data_offsets: Whole[];
}

/**
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
export type Whole = number;

/** The supported settings of a `config.json`, as Transformers or timm write it. */
export interface SafetensorsConfig {
  /**
   * Name of the architecture in Transformers.
   * @maxLength 200
   */
  model_type?: string;
  /**
   * Name of the architecture in timm.
   * @maxLength 200
   */
  architecture?: string;
  /** Whether layers with stride 2 pad as in TensorFlow. Default in Transformers: true. */
  tf_padding?: boolean;
  /** @maxLength 50 */
  hidden_act?: string;
  /**
   * Added to the variance of each batch norm.
   * @exclusiveMinimum 0
   */
  layer_norm_eps?: number;
  pretrained_cfg?: {
    mean?: Channels;
    std?: PositiveChannels;
  };
}

/**
 * Red, green and blue, for values from 0 to 1.
 * @minItems 3
 * @maxItems 3
 */
export type Channels = number[];

/**
 * @minItems 3
 * @maxItems 3
 */
export type PositiveChannels = Positive[];

/** @exclusiveMinimum 0 */
export type Positive = number;
