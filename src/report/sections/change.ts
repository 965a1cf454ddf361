import type { DataChange, Passage } from '../../dataset/change.js';
import type { BaseComparison } from '../compare.js';
import { code } from '../escape.js';
import { briefVerdict, certaintyOf } from '../comment-state.js';
import type { Report } from '../types.js';
import { count, counted, percent, points, range, signedPoints } from '../../verdict/format.js';
import { strategyNames } from '../names.js';

/** How the data changed since the base, and how the verdict and the scores compare with those of the base. */
export function changeSection({ status, change, baseline, verdict }: Report): string | null {
  // The headline says it.
  if (status === 'unchanged') return null;
  const parts = [
    ...(change === undefined ? [] : [data(change)]),
    ...(baseline === undefined
      ? []
      : [verdicts(baseline, verdict !== null), verdict === null ? '' : scores(baseline, change)]),
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join('\n\n');
}

const MAX_PASSAGES = 5;

function data(change: DataChange): string {
  const { before, now, added, removed, edited, renamed, relabelled, moved, regrouped, settings } = change;
  if (before === 0) return `This data is new: ${counted(now, 'image')}.`;
  const parts = [
    added > 0 ? `${counted(added, 'image')} added` : '',
    removed > 0 ? `${count(removed)} removed` : '',
    edited > 0 ? `${count(edited)} edited` : '',
    relabelled.length > 0 ? `${count(total(relabelled))} relabeled (${passages(relabelled)})` : '',
    moved.length > 0 ? `${count(total(moved))} moved between splits (${passages(moved)})` : '',
    regrouped > 0 ? `${count(regrouped)} regrouped` : '',
    renamed > 0 ? `${count(renamed)} renamed` : '',
    settings ? 'different manifest settings' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'The data is unchanged.' : `Since the base: ${parts.join(', ')}.`;
}

function passages(list: readonly Passage[]): string {
  const shown = list
    .slice(0, MAX_PASSAGES)
    .map(({ from, to, count: images }) => `${code(from)} → ${code(to)} ${count(images)}`);
  const rest = total(list.slice(MAX_PASSAGES));
  return [...shown, ...(rest > 0 ? [`${count(rest)} others`] : [])].join(', ');
}

function total(list: readonly Passage[]): number {
  return list.reduce((sum, passage) => sum + passage.count, 0);
}

function verdicts({ base, from, verdictChanged }: BaseComparison, hasVerdict: boolean): string {
  const where = {
    'check run': 'from its check run',
    cache: 'cached by an earlier run',
    'this run': 'measured in this run',
  }[from];
  const stated = `${briefVerdict(base)} (${percent(base.accuracy)}${certaintyOf(base)}; ${where})`;
  if (!hasVerdict) return `The verdict for the base is ${stated}.`;
  if (verdictChanged === null)
    return `The verdict for the base, ${stated}, is not compared: it comes from another network or version of Headstart.`;
  return verdictChanged
    ? `**The verdict changed.** For the base it was ${stated}.`
    : `The verdict for the base is the same: ${stated}.`;
}

function scores(baseline: BaseComparison, change: DataChange | undefined): string {
  const { differences, commonTest, noise, sameConditions } = baseline;
  if (!sameConditions)
    return 'Scores cannot be compared: the base was measured with another backbone or image size.';
  if (differences.length === 0) {
    return change?.testChanged === true
      ? '**The test set changed, so earlier scores cannot be compared.**'
      : `Scores cannot be compared: only ${counted(commonTest, 'test image')} in common, or no common training size.`;
  }
  const each = differences.map(
    (difference) =>
      `${strategyNames[difference.strategy].toLowerCase()} ${signedPoints(difference.mean)} (${range(difference, signedPoints)})`,
  );
  const changed = change?.testChanged === true ? ' The test set changed, so only those images count.' : '';
  const rerun =
    noise === null ? '' : ` A second run on the same images would differ by up to ±${points(noise)}.`;
  return `Accuracy compared with the base, in points, on the ${counted(commonTest, 'test image')} that both have: ${each.join(', ')}.${changed}${rerun}`;
}
