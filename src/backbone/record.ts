import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a backbone was worth elsewhere: its gap to scratch on each set, in log-odds, at one size (`scripts/measure-record.mjs`). */
export interface BackboneRecord {
  sets: { name: string; trainExamples: number; logitGap: number }[];
}

/** `records.json` beside the weights. */
type Records = { name: string; sha256: string; sets: BackboneRecord['sets'] }[];

/** The record of the weights with this SHA-256, without datasets of that name; empty for weights nobody has measured. */
export function recordOf(home: string, sha256: string, dataset: string): BackboneRecord {
  const file = join(home, 'weights', 'records.json');
  if (!existsSync(file)) return { sets: [] };
  const records = JSON.parse(readFileSync(file, 'utf8')) as Records;
  const sets = records.find((record) => record.sha256 === sha256)?.sets ?? [];
  return { sets: sets.filter(({ name }) => name !== dataset) };
}
