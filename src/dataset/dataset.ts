import type { RunPlan } from './describe/manifest-model.js';
import type { Skipped } from './list/skipped.js';

export type SplitName = 'train' | 'val' | 'test';
export type Metric = 'accuracy' | 'balanced-accuracy';

/** One image that is listed: an address, no pixels yet. */
export interface Sample {
  /** Relative to `Dataset.root`, with `/` on every OS, NFC as the file system gave it. */
  path: string;
  /** Index into `Dataset.classes`. */
  label: number;
  /** Images of one group never straddle a split; null: a group of its own. */
  group: string | null;
  /** The user's own split; null: Headstart deals it. */
  split: SplitName | null;
}

/** What is really there after reading the manifest, or the folders when there is no manifest. */
export interface Dataset {
  name: string;
  /** Absolute path of the folder that sample paths are relative to. */
  root: string;
  /** The same relative to the caller, `.` for its own folder. */
  folder: string;
  /** How the dataset was described, and the file (relative to the caller) when there is one. */
  origin: { kind: 'manifest' | 'class folders' | 'label table'; file: string | null };
  classes: string[];
  samples: Sample[];
  /** What the manifest asks for; null: chosen from the class balance. */
  metric: Metric | null;
  image: { size: number; channels: 'colour' | 'grey'; exif: boolean };
  /** Mean and deviation of the channels that a backbone of the user's own expects, of values 0 to 1; null: not said. */
  scaling: { mean: number[]; std: number[] } | null;
  license: string | null;
  plan: RunPlan;
  /** Listed in a table but not on disk: excluded, and reported. */
  absent: { path: string; file: string; line: number }[];
  /** Rows of a table in none of the splits that the manifest names: excluded, and reported. */
  leftOut: { path: string; file: string; line: number }[];
  /** Files and folders that no class gets: reported. */
  skipped: Skipped[];
  /** What was read from the names of folders and files, a sentence each: reported. */
  inferred: string[];
}

/** A file that could not be used as an image; `reason` is a sentence with a remedy. */
export interface Unreadable {
  path: string;
  kind:
    'corrupt' | 'empty' | 'too large' | 'not an image' | 'unsupported format' | 'git lfs pointer' | 'missing';
  reason: string;
}
