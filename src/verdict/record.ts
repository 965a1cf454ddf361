/** What a backbone's gaps to scratch on other datasets say of its gap on this one. */
import { EIGHTY_PERCENT } from './interval.js';
import type { BackboneRecord } from './model.js';
import type { Prior } from './prior.js';
import { mean } from './scale.js';

/**
 * Whether a record says more than its own noise: the 80 % interval of its mean gap, from the spread over the sets,
 * leaves out that of an even backbone. The spread of a single set is not known.
 */
export function recordCounts(record: BackboneRecord | undefined, { even }: Prior['record']): boolean {
  const gaps = gapsBySet(record);
  if (gaps.length < 2) return false;
  const center = mean(gaps);
  const variance = gaps.reduce((sum, gap) => sum + (gap - center) ** 2, 0) / (gaps.length - 1);
  return Math.abs(center - even) > EIGHTY_PERCENT * Math.sqrt(variance / gaps.length);
}

/** Log-odds that the backbone's record adds to transfer at a distant horizon; 0 for one that does not count. */
export function recordShift(record: BackboneRecord | undefined, prior: Prior['record']): number {
  if (!recordCounts(record, prior)) return 0;
  const gaps = gapsBySet(record);
  const trust = gaps.length / (gaps.length + prior.half);
  return trust * prior.share * (mean(gaps) - prior.even);
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
