/** What a backbone's gaps to scratch on other datasets say of its gap on this one. */
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

/** Log-odds that the backbone's record adds to transfer at a distant horizon; 0 without a record. */
export function recordShift(record: BackboneRecord | undefined): number {
  const gaps = gapsBySet(record);
  const trust = gaps.length / (gaps.length + RECORD.half);
  return gaps.length === 0 ? 0 : trust * RECORD.share * (mean(gaps) - RECORD.even);
}

/** One mean gap a set, whatever number of sizes it was measured at. */
export function gapsBySet(record: BackboneRecord | undefined): number[] {
  const sets = new Map<string, number[]>();
  for (const { name, logitGap } of record?.sets ?? []) {
    if (Number.isFinite(logitGap)) sets.set(name, [...(sets.get(name) ?? []), logitGap]);
  }
  return [...sets.values()].map(mean);
}
