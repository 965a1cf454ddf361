import type { Check, CheckInput } from './check.js';
import { absentFiles, inferredLayout, leftOutRows, skippedFiles, unreadableFiles } from './files.js';
import type { Finding } from './finding.js';
import { conflictingLabels, exactLeak, groupLeak, repeatedFiles } from './leaks.js';
import { imbalance, smallTest, tinyClasses, tooSmall } from './sizes.js';
import { oneClassTest, untestedClasses, untrainedClasses } from './split.js';

const CHECKS: Record<string, Check> = {
  'one-class-test': oneClassTest,
  'class-not-trained': untrainedClasses,
  'too-small': tooSmall,
  'leak-exact': exactLeak,
  'leak-group': groupLeak,
  unreadable: unreadableFiles,
  absent: absentFiles,
  'left-out': leftOutRows,
  skipped: skippedFiles,
  inferred: inferredLayout,
  'label-conflict': conflictingLabels,
  'tiny-class': tinyClasses,
  'small-test': smallTest,
  'class-not-tested': untestedClasses,
  imbalance,
  'duplicate-exact': repeatedFiles,
};

/** All ids of findings. `shuffled-labels` is a control before training (`probe/shuffled-labels.ts`). */
export const FINDING_IDS: readonly string[] = [...Object.keys(CHECKS), 'shuffled-labels'];

const RANK = { error: 0, warning: 1, info: 2 } as const;

/** The findings of all checks, the most severe first. */
export function runChecks(input: CheckInput): Finding[] {
  return Object.entries(CHECKS)
    .flatMap(([id, check]): Finding[] => {
      const finding = check(input);
      return finding === null ? [] : [{ id, ...finding }];
    })
    .sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}
