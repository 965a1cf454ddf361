import { evidence, type Check, type CheckInput } from './check.js';
import { severityOfLeak } from './leak.js';

/** Groups in both train and test of the split that the dataset brings; one that Headstart deals keeps them whole. */
export const groupLeak: Check = (input) => {
  const training = groupCounts(input, input.train);
  const straddling = [...groupCounts(input, input.test)].filter(([group]) => training.has(group));
  const count = straddling.reduce((sum, [, images]) => sum + images, 0);
  if (count === 0) return null;
  const tested = input.test.length;
  return {
    id: 'leak-group',
    ...severityOfLeak(count, tested),
    message: `${count} of ${tested} test images ${count === 1 ? 'is' : 'are'} of ${straddling.length === 1 ? 'a group that is' : 'groups that are'} also in train.`,
    remedy: 'Keep each group on one side: move it whole into train or test.',
    count,
    evidence: evidence(
      straddling.map(([group, images]) => `${group}: ${images} in test, ${training.get(group)!} in train`),
    ),
  };
};

function groupCounts({ samples }: CheckInput, rows: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const { group } = samples[row];
    if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}
