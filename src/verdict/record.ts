/** What a backbone's gaps to scratch on other datasets say of its gap on this one. */
import { EIGHTY_PERCENT } from './interval.js';
import type { BackboneRecord } from './model.js';
import { mean } from './scale.js';

/**
 * From google-research/task_adaptation, docs/data/results.csv, commit c566d649 of 29 October 2019: 282 pairs of an
 * encoder and ResNet50 from scratch on 19 datasets, 1,000 examples against full size (`npm run bench:decision`).
 */
export const RECORD = {
  /** Share of the backbone's mean gap elsewhere, less that of an even backbone, that is added once the record is long. */
  share: 0.8,
  /** Mean gap at small sizes, in log-odds, of a backbone that wins as often as it loses at full size. */
  even: 0.4,
  /** Sets in a record after which half of that counts. */
  half: 2,
};

/**
 * Whether a record says more than its own noise: the 80 % interval of its mean gap, from the spread over the sets,
 * leaves out that of an even backbone. The spread of a single set is not known.
 */
export function recordCounts(record: BackboneRecord | undefined): boolean {
  const gaps = gapsBySet(record);
  if (gaps.length < 2) return false;
  const center = mean(gaps);
  const variance = gaps.reduce((sum, gap) => sum + (gap - center) ** 2, 0) / (gaps.length - 1);
  return Math.abs(center - RECORD.even) > EIGHTY_PERCENT * Math.sqrt(variance / gaps.length);
}

/** Log-odds that the backbone's record adds to transfer at a distant horizon; 0 for one that does not count. */
export function recordShift(record: BackboneRecord | undefined): number {
  if (!recordCounts(record)) return 0;
  const gaps = gapsBySet(record);
  const trust = gaps.length / (gaps.length + RECORD.half);
  return trust * RECORD.share * (mean(gaps) - RECORD.even);
}

/** The gap of each set at one size; in files made elsewhere, which may hold several, at the largest. */
export function gapsBySet(record: BackboneRecord | undefined): number[] {
  const largest = new Map<string, BackboneRecord['sets'][number]>();
  for (const set of record?.sets ?? []) {
    if (!Number.isFinite(set.logitGap)) continue;
    if (!((largest.get(set.name)?.trainExamples ?? -1) > set.trainExamples)) largest.set(set.name, set);
  }
  return [...largest.values()].map(({ logitGap }) => logitGap);
}
