import { imbalance, tinyClasses } from './classes.js';
import type { Check, CheckInput } from './check.js';
import { conflictingLabels, exactLeak, repeatedFiles } from './duplicates.js';
import { groupLeak } from './groups.js';
import { absentFiles, leftOutRows, unreadableFiles } from './files.js';
import type { Finding } from './finding.js';
import { inferredLayout } from './inferred.js';
import { oneClassTest, untestedClasses, untrainedClasses } from './split.js';
import { skippedFiles } from './skipped.js';
import { smallTest, tooSmall } from './size.js';

const CHECKS: readonly Check[] = [
  oneClassTest,
  untrainedClasses,
  tooSmall,
  exactLeak,
  groupLeak,
  unreadableFiles,
  absentFiles,
  leftOutRows,
  skippedFiles,
  inferredLayout,
  conflictingLabels,
  tinyClasses,
  smallTest,
  untestedClasses,
  imbalance,
  repeatedFiles,
];

/** What a finding may be called: the check's id. */
export const FINDING_IDS: readonly string[] = [
  'one-class-test',
  'class-not-trained',
  'too-small',
  'leak-exact',
  'leak-group',
  'unreadable',
  'absent',
  'left-out',
  'skipped',
  'inferred',
  'label-conflict',
  'tiny-class',
  'small-test',
  'class-not-tested',
  'imbalance',
  'duplicate-exact',
  // Of the control that a run makes before it trains: `probe/shuffled-labels.ts`.
  'shuffled-labels',
];

const RANK = { error: 0, warning: 1, info: 2 } as const;

/** What all checks found, the worst first. */
export function runChecks(input: CheckInput): Finding[] {
  return CHECKS.flatMap((check) => check(input) ?? []).sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}
