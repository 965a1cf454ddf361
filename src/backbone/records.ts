/** Measurements of known backbones that ship beside the weights, found by the SHA-256 of the weights. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A backbone's gap to training from scratch on other datasets, in log-odds, at one size each. */
export interface BackboneRecord {
  sets: { name: string; trainExamples: number; logitGap: number }[];
}

/** Mean and standard deviation of each of a backbone's concatenated features on images of its source. */
export interface SourceFeatures {
  mean: number[];
  deviation: number[];
}

/** The record of these weights without datasets of that name; empty for unknown weights. */
export function recordOf(programDir: string, sha256: string, dataset: string): BackboneRecord {
  // Written by scripts/measure-record.mjs.
  const records = readShipped<BackboneRecord & { sha256: string }>(programDir, 'records.json');
  const sets = records.find((record) => record.sha256 === sha256)?.sets ?? [];
  return { sets: sets.filter(({ name }) => name !== dataset) };
}

/** The features of these weights for inputs of `size` pixels; null for unknown weights or sizes. */
export function sourceFeaturesOf(programDir: string, sha256: string, size: number): SourceFeatures | null {
  // Written by scripts/measure-source.mjs.
  const sources = readShipped<SourceFeatures & { sha256: string; size: number }>(programDir, 'sources.json');
  return sources.find((source) => source.sha256 === sha256 && source.size === size) ?? null;
}

function readShipped<T>(programDir: string, name: string): T[] {
  const file = join(programDir, 'weights', name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T[]) : [];
}
