/** What a backbone's gaps to scratch on other datasets say of its gap on this one. */
import type { BackboneRecord } from './model.js';
import type { Prior } from './prior.js';
import { mean } from './scale.js';

/** Log-odds that the backbone's record adds to transfer at a distant horizon; 0 without a record. */
export function recordShift(
  record: BackboneRecord | undefined,
  { share, even, half }: Prior['record'],
): number {
  const gaps = gapsBySet(record);
  const trust = gaps.length / (gaps.length + half);
  return gaps.length === 0 ? 0 : trust * share * (mean(gaps) - even);
}

/** One mean gap a set, whatever number of sizes it was measured at. */
export function gapsBySet(record: BackboneRecord | undefined): number[] {
  const sets = new Map<string, number[]>();
  for (const { name, logitGap } of record?.sets ?? []) {
    if (Number.isFinite(logitGap)) sets.set(name, [...(sets.get(name) ?? []), logitGap]);
  }
  return [...sets.values()].map(mean);
}
