/** What the full training run will be: the decision is made for this. */
export interface RunPlan {
  /**
   * Training images that the full run will have; the horizon of the verdict. Default: all training images here.
   * @asType integer
   * @minimum 1
   * @maximum 1000000000000
   */
  examples?: number;
  /** `custom` when the architecture must be one's own, so that no pre-trained weights fit it. */
  architecture?: 'standard' | 'custom';
  /** Where the full run will happen, for example `github-2core`, `t4`, `a100`. */
  hardware?: string;
  /**
   * Price of an hour on that hardware, in USD.
   * @minimum 0
   * @maximum 1000000
   */
  hourlyCost?: number;
  /**
   * Grams of CO2 per kWh where it runs.
   * @minimum 0
   * @maximum 100000
   */
  carbonIntensity?: number;
  /**
   * Accuracy that may be lost by following the choice rather than the best, as a fraction; default 0.015.
   * @minimum 0
   * @maximum 1
   */
  maxRegret?: number;
}

/** Where a label table is and which of its columns hold what. */
export interface LabelTable {
  /** CSV, TSV or JSONL, relative to the manifest. */
  file: string;
  /** Column with the image's path, relative to `path`, or to the table when it is not found there; default: `image`, `file`, `file_name`, `filename` or `path`. */
  image?: string;
  /** Column with the class; default: `label`, `class` or `category`. */
  label?: string;
  /** Column with the group: images of a group never straddle a split; default `group` when there is such a column. */
  group?: string;
  /** Column with `train`, `val` or `test`; default `split` when there is such a column. */
  split?: string;
}

/** A separate table of groups. */
export interface GroupTable {
  /** CSV, TSV or JSONL, relative to the manifest. */
  file: string;
  /** Column with the image's path, relative to `path`, or to the table when it is not found there; default as for labels. */
  image?: string;
  /** Column with the group; default `group`. */
  group?: string;
}

/** How images are read. */
export interface ImageOptions {
  /**
   * Side in pixels that the probe trains at; default 64. The embedded backbone takes 32 to 96, MobileNets multiples of 32 from 64 to 224.
   * @asType integer
   * @minimum 32
   * @maximum 224
   */
  size?: number;
  /**
   * With `std`, how pixels enter a backbone of your own: (value / 255 - mean) / std, red, green and blue.
   * @minItems 3
   * @maxItems 3
   */
  mean?: number[];
  /**
   * @minItems 3
   * @maxItems 3
   */
  std?: number[];
  /** `grey` drops colour in all strategies alike; default `colour`. */
  channels?: 'colour' | 'grey';
  /** Turn images as their EXIF orientation says; default true. */
  exif?: boolean;
}

/** A file whose content is pinned. */
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

/** A Headstart manifest, `headstart.yaml` or `*.headstart.yaml`, or `dataset.yaml` with `schema: headstart/v1`. The keys are a superset of YOLO's. */
export interface Manifest {
  /** Says that this file is Headstart's. */
  schema: 'headstart/v1';
  /** Name of the dataset in reports; default: the manifest's file or folder name. */
  name?: string;
  /** Only single-label image classification is probed. */
  task?: 'classify';
  /** Root of the images, relative to the manifest; default: the manifest's folder. */
  path?: string;
  /**
   * Training images: a folder of class folders, a text file with one image a line, or a list of these, relative to
   * `path`. Beside `labels` it says which images of the table belong to the split, and a folder needs no class folders.
   */
  train?: string | string[];
  /** Validation images, as for `train`. */
  val?: string | string[];
  /** Test images, as for `train`. */
  test?: string | string[];
  /** Class names: a list, or a map from the label as it stands in the table or folder to a name. */
  names?: string[] | Record<string, string>;
  labels?: LabelTable;
  groups?: GroupTable;
  /** What is compared; default accuracy, balanced accuracy when the largest class is over three times the smallest. */
  metric?: 'accuracy' | 'balanced-accuracy';
  image?: ImageOptions;
  /** Licence of the dataset, shown in the report. */
  license?: string;
  files?: PinnedFile[];
  expect?: ExpectedCounts;
  plan?: RunPlan;
}
