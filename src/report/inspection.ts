import type { ProbeState } from '../probe/state.js';
import { plain } from './escape.js';
import { count, counted } from './words.js';

const MOST_EVIDENCE = 5;

/** What `inspect` prints: the dataset as it is, and what the checks found. */
export function renderInspection({
  dataset,
  findings,
  train,
  test,
  splitMethod,
  metric,
  unreadable,
}: ProbeState): string {
  const origin =
    dataset.origin.file === null ? dataset.origin.kind : `${dataset.origin.kind} ${dataset.origin.file}`;
  const lines = [
    `${plain(dataset.name)}: ${counted(dataset.samples.length, 'image')} in ${counted(dataset.classes.length, 'class')}, from ${plain(origin)}`,
    `  split: ${count(train.length)} train, ${count(test.length)} test (${splitMethod}); metric: ${metric}`,
    ...(unreadable.length === 0 ? [] : [`  ${counted(unreadable.length, 'file')} cannot be used`]),
    ...(findings.length === 0 ? ['  no findings'] : []),
    ...findings.flatMap(({ id, severity, message, remedy, evidence }) => [
      `  ${severity} ${id}: ${plain(message, 300)} ${plain(remedy, 300)}`,
      ...evidence.slice(0, MOST_EVIDENCE).map((item) => `    ${plain(item)}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
