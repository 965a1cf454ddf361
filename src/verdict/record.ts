import { CALIBRATION } from './calibration.js';
import { EIGHTY_PERCENT } from './interval.js';
import type { BackboneRecord } from './model.js';
import { mean } from './scale.js';

/** What a backbone's record on other datasets says. */
export interface RecordWord {
  /** Datasets that it rests on. */
  sets: number;
  /** Log-odds that it adds to transfer at a distant horizon. */
  shift: number;
}

/**
 * null: the record says nothing, because it is empty, of one dataset, or its mean gap cannot be told from that of a
 * backbone that wins as often as it loses: the 80 % interval of the mean, from its spread over the datasets, holds it.
 * Every dataset counts once, at one size.
 */
export function wordOfRecord(record: BackboneRecord | undefined): RecordWord | null {
  const gaps = onePerSet(record);
  if (gaps.length < 2) return null;
  const { recordEven, recordHalf, recordShare } = CALIBRATION;
  const lead = mean(gaps) - recordEven;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean(gaps)) ** 2, 0) / (gaps.length - 1);
  if (Math.abs(lead) <= EIGHTY_PERCENT * Math.sqrt(variance / gaps.length)) return null;
  const trust = gaps.length / (gaps.length + recordHalf);
  return { sets: gaps.length, shift: trust * recordShare * lead };
}

/** The gap of each set; files made elsewhere may hold a set at several sizes, of which the largest counts. */
function onePerSet(record: BackboneRecord | undefined): number[] {
  const known = (record?.sets ?? []).filter(({ logitGap }) => Number.isFinite(logitGap));
  const largest = new Map<string, (typeof known)[number]>();
  for (const set of known) {
    if ((largest.get(set.name)?.trainExamples ?? -Infinity) <= set.trainExamples) largest.set(set.name, set);
  }
  return [...largest.values()].map(({ logitGap }) => logitGap);
}
