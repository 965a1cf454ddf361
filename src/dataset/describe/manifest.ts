/** The full training run that the decision is for. */
export interface RunPlan {
  /**
   * Training images of the full run. Default: all training images here.
   * @asType integer
   * @minimum 1
   * @maximum 1000000000000
   */
  examples?: number;
  /** `custom` if the model must have its own architecture, which no pre-trained weights fit. */
  architecture?: 'standard' | 'custom';
  /** Hardware of the full run, for example `github-2core`, `t4`, `a100`. */
  hardware?: string;
  /**
   * Price of that hardware in USD per hour.
   * @minimum 0
   * @maximum 1000000
   */
  hourlyCost?: number;
  /**
   * Grams of CO2 per kWh of its electricity.
   * @minimum 0
   * @maximum 100000
   */
  carbonIntensity?: number;
  /**
   * Accuracy that the choice may cost compared with the best, as a fraction. Default: 0.015.
   * @minimum 0
   * @maximum 1
   */
  maxRegret?: number;
}

/** A label table and its columns. */
export interface LabelTable {
  /** CSV, TSV or JSONL, relative to the manifest. */
  file: string;
  /** Column with the image's path, relative to `path` or else to the table. Default: `image`, `file`, `file_name`, `filename` or `path`. */
  image?: string;
  /** Column with the class. Default: `label`, `class` or `category`. */
  label?: string;
  /** Column with the group: images of a group stay in one split. Default: `group` if there is such a column. */
  group?: string;
  /** Column with `train`, `val` or `test`. Default: `split` if there is such a column. */
  split?: string;
}

/** A separate table of groups. */
export interface GroupTable {
  /** CSV, TSV or JSONL, relative to the manifest. */
  file: string;
  /** Column with the image's path, relative to `path` or else to the table. Default: as for labels. */
  image?: string;
  /** Column with the group. Default: `group`. */
  group?: string;
}

/** How images are read. */
export interface ImageOptions {
  /**
   * Side in pixels that the probe trains at. Default: 64. The embedded backbone takes 32 to 96, MobileNets multiples of 32 from 64 to 224.
   * @asType integer
   * @minimum 32
   * @maximum 224
   */
  size?: number;
  /**
   * With `std`, the normalization that your own backbone expects: (value / 255 - mean) / std, for red, green and blue.
   * @minItems 3
   * @maxItems 3
   */
  mean?: number[];
  /**
   * @minItems 3
   * @maxItems 3
   */
  std?: number[];
  /** `grey` drops color for all strategies. Default: `colour`. */
  channels?: 'colour' | 'grey';
  /** Rotate images by their EXIF orientation. Default: true. */
  exif?: boolean;
}

/** A file that must not change. */
export interface PinnedFile {
  /** Relative to the manifest. */
  path: string;
  /** @pattern ^[0-9a-fA-F]{64}$ */
  sha256?: string;
  /**
   * @asType integer
   * @minimum 0
   */
  bytes?: number;
}

/** Number of images that each split must have. */
export interface ExpectedCounts {
  /**
   * @asType integer
   * @minimum 0
   */
  train?: number;
  /**
   * @asType integer
   * @minimum 0
   */
  val?: number;
  /**
   * @asType integer
   * @minimum 0
   */
  test?: number;
}

/** A Headstart manifest: `headstart.yaml`, `*.headstart.yaml`, or `dataset.yaml` with `schema: headstart/v1`. */
export interface Manifest {
  /** Marks the file as Headstart's. */
  schema: 'headstart/v1';
  /** Name of the dataset in reports. Default: the name of the manifest or its folder. */
  name?: string;
  /** Only single-label image classification is supported. */
  task?: 'classify';
  /** Root of the images, relative to the manifest. Default: the manifest's folder. */
  path?: string;
  /**
   * Training images: a folder of class folders, a text file with one image per line, or a list of these, relative to
   * `path`. With `labels` it says which images of the table are in the split, and folders need no class folders.
   */
  train?: string | string[];
  /** Validation images, as for `train`. */
  val?: string | string[];
  /** Test images, as for `train`. */
  test?: string | string[];
  /** Class names: a list, or a map from the label in the table or folder to a name. */
  names?: string[] | Record<string, string>;
  labels?: LabelTable;
  groups?: GroupTable;
  /** The metric to compare. Default: accuracy, or balanced accuracy if the largest class is over three times the smallest. */
  metric?: 'accuracy' | 'balanced-accuracy';
  image?: ImageOptions;
  /** License of the dataset, shown in the report. */
  license?: string;
  files?: PinnedFile[];
  expect?: ExpectedCounts;
  plan?: RunPlan;
}
