import type { DataChange, Passage } from '../../../dataset/change.js';
import type { BaseComparison } from '../../compare.js';
import { code } from '../escape.js';
import { saidBriefly, saidSurely } from '../../comment-state.js';
import type { Report } from '../../model.js';
import { count, counted, percent, range, signed, strategyNames } from '../words.js';

/** What came of the data since the base, and how the verdict and the scores differ from the base's. */
export function changeSection({ status, change, baseline, verdict }: Report): string | null {
  // The headline has said it.
  if (status === 'unchanged') return null;
  const parts = [
    ...(change === undefined ? [] : [data(change)]),
    ...(baseline === undefined
      ? []
      : [verdicts(baseline, verdict !== null), verdict === null ? '' : scores(baseline, change)]),
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join('\n\n');
}

const MOST_PASSAGES = 5;

function data(change: DataChange): string {
  const { before, now, added, removed, edited, renamed, relabelled, moved, regrouped, settings } = change;
  if (before === 0) return `This data is new: ${counted(now, 'image')}.`;
  const parts = [
    added > 0 ? `${counted(added, 'image')} added` : '',
    removed > 0 ? `${count(removed)} removed` : '',
    edited > 0 ? `${count(edited)} edited` : '',
    relabelled.length > 0 ? `${count(total(relabelled))} relabelled (${passages(relabelled)})` : '',
    moved.length > 0 ? `${count(total(moved))} moved between splits (${passages(moved)})` : '',
    regrouped > 0 ? `${count(regrouped)} regrouped` : '',
    renamed > 0 ? `${count(renamed)} renamed` : '',
    settings ? 'other settings in the manifest' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'The data is as it was.' : `Since the base: ${parts.join(', ')}.`;
}

function passages(list: readonly Passage[]): string {
  const shown = list
    .slice(0, MOST_PASSAGES)
    .map(({ from, to, count: images }) => `${code(from)} → ${code(to)} ${count(images)}`);
  const rest = total(list.slice(MOST_PASSAGES));
  return [...shown, ...(rest > 0 ? [`${count(rest)} others`] : [])].join(', ');
}

function total(list: readonly Passage[]): number {
  return list.reduce((sum, passage) => sum + passage.count, 0);
}

function verdicts({ base, from, verdictChanged }: BaseComparison, hasVerdict: boolean): string {
  const where = {
    'check run': 'from its check run',
    cache: 'kept from an earlier run',
    'this run': 'measured in this run',
  }[from];
  const said = `${saidBriefly(base)} (${percent(base.accuracy)}${saidSurely(base)}; ${where})`;
  if (!hasVerdict) return `The base’s verdict is ${said}.`;
  if (verdictChanged === null)
    return `The base’s verdict is ${said}, by another network or version of Headstart: it is not compared.`;
  return verdictChanged
    ? `**The verdict changed.** The base’s was ${said}.`
    : `The base’s verdict is the same, ${said}.`;
}

function scores(baseline: BaseComparison, change: DataChange | undefined): string {
  const { differences, commonTest, noise, sameConditions } = baseline;
  if (!sameConditions)
    return 'Scores do not compare: the base was measured with another backbone or image size.';
  if (differences.length === 0) {
    return change?.testChanged === true
      ? '**The test set changed: scores from before do not compare.**'
      : `Scores do not compare: only ${counted(commonTest, 'test image')} in common, or no size that both were trained on.`;
  }
  const each = differences.map(
    (difference) =>
      `${strategyNames[difference.strategy].toLowerCase()} ${signed(difference.mean)} (${range(difference, signed)})`,
  );
  const changed = change?.testChanged === true ? ' The test set changed, so only those count.' : '';
  const rerun =
    noise === null
      ? ''
      : ` A second run on the same images would differ by up to ±${percent(noise).replace(' %', '')}.`;
  return `Points of accuracy against the base, on the ${counted(commonTest, 'test image')} that both have: ${each.join(', ')}.${changed}${rerun}`;
}
