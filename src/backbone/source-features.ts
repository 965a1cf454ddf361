import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a backbone's joined features are on images of its source, each feature by itself. */
export interface SourceFeatures {
  mean: number[];
  /** Standard deviations. */
  deviation: number[];
}

/** `sources.json` beside the weights (`scripts/measure-source.mjs`). */
type Sources = ({ name: string; sha256: string; size: number; images: number } & SourceFeatures)[];

/** Of the weights with this SHA-256, for inputs of `size` pixels; null when nobody has measured them. */
export function sourceFeaturesOf(home: string, sha256: string, size: number): SourceFeatures | null {
  const file = join(home, 'weights', 'sources.json');
  if (!existsSync(file)) return null;
  const sources = JSON.parse(readFileSync(file, 'utf8')) as Sources;
  return sources.find((source) => source.sha256 === sha256 && source.size === size) ?? null;
}
