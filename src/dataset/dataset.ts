import type { RunPlan } from './describe/manifest.js';

export type SplitName = 'train' | 'val' | 'test';
export type Metric = 'accuracy' | 'balanced-accuracy';

/** An image that is listed but not decoded yet. */
export interface Sample {
  /** Relative to `Dataset.root`, with `/` on every OS, as the file system spells it. */
  path: string;
  /** Index into `Dataset.classes`. */
  label: number;
  /** Images of one group stay in one split; null: a group of its own. */
  group: string | null;
  /** The user's own split; null if Headstart splits the images. */
  split: SplitName | null;
}

/** What was read from a manifest, tables or class folders. */
export interface Dataset {
  name: string;
  /** Absolute path of the folder that sample paths are relative to. */
  root: string;
  /** The same relative to the caller, which is `.` itself. */
  folder: string;
  /** How the dataset is described, and in which file (relative to the caller). */
  origin: { kind: 'manifest' | 'class folders' | 'label table'; file: string | null };
  classes: string[];
  samples: Sample[];
  /** The manifest's metric; null: chosen by class balance. */
  metric: Metric | null;
  image: { size: number; channels: 'colour' | 'grey'; exif: boolean };
  /** Normalization that the user's own backbone expects, for values from 0 to 1; null if not given. */
  scaling: { mean: number[]; std: number[] } | null;
  license: string | null;
  plan: RunPlan;
  /** Listed but not on disk: left out, and reported. */
  absent: ListedRow[];
  /** Rows of a table that are in none of the manifest's splits: left out, and reported. */
  leftOut: ListedRow[];
  /** Files and folders that belong to no class: left out, and reported. */
  skipped: SkippedFile[];
  /** What was concluded from the names of folders and files, a sentence each. */
  inferred: string[];
}

/** An image in a table or list, and where it is listed. */
export interface ListedRow {
  path: string;
  file: string;
  line: number;
}

export interface SkippedFile {
  /** Relative to the dataset's root; a folder ends with `/`. */
  path: string;
  reason: 'no image ending' | 'beside the class folders' | 'a thumbnail' | 'no images in it';
}

/** A file that could not be used as an image; `reason` is a sentence with a remedy. */
export interface Unreadable {
  path: string;
  kind:
    'corrupt' | 'empty' | 'too large' | 'not an image' | 'unsupported format' | 'git lfs pointer' | 'missing';
  reason: string;
}
