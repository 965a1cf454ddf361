/** A tensor as the header of a safetensors file describes it. */
export interface StoredTensor {
  /**
   * `F32`, `F16`, `BF16` and others, which are not read.
   * @maxLength 20
   */
  dtype: string;
  /** @maxItems 8 */
  shape: Whole[];
  /**
   * First byte and the one after the last, from the end of the header.
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

/** What is read of the `config.json` beside the weights, as Transformers or timm write it. */
export interface SafetensorsConfig {
  /**
   * Transformers' name of the architecture.
   * @maxLength 200
   */
  model_type?: string;
  /**
   * timm's name of it.
   * @maxLength 200
   */
  architecture?: string;
  /** Whether strides of 2 pad as TensorFlow does; Transformers' default is true. */
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
 * Red, green and blue, of values from 0 to 1.
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
