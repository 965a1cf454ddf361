import type { Split } from '../../probe/stages.js';
import { datasetSummary } from '../assemble.js';
import { longestComment } from './comment.js';
import { code, plain } from './escape.js';
import { fit } from './fit.js';
import { dataFindings, dataSummary } from './sections/data.js';
import { findingWithoutNames } from '../without-names.js';
import { count, counted } from './words.js';

const MOST_EVIDENCE = 5;
/** As in a comment with a report. */
const depth = { findings: 12, evidence: 3, classes: 0, reasons: 0 };

export interface Inspected {
  /** As the user gave it. */
  path: string;
  /** The commit that was read. */
  headSha: string;
  /** Whether names of files are kept out. */
  countsOnly: boolean;
}

/** What `inspect` answers to a comment: the same as Markdown, at most 60,000 UTF-8 bytes. */
export function inspectionMarkdown(
  states: readonly Split[],
  { path, headSha, countsOnly }: Inspected,
): string {
  const sections = states.map((state) => {
    const dataset = datasetSummary(state, path);
    const findings = countsOnly ? state.findings.map(findingWithoutNames) : state.findings;
    return {
      name: code(state.dataset.name),
      markdown: `${dataSummary({ dataset })}\n\n${dataFindings({ dataset, findings }, depth)}`,
    };
  });
  const stopped = states.some(({ findings }) => findings.some(({ effect }) => effect === 'blocks'));
  const head = `**Headstart** has read and checked the images of ${code(headSha.slice(0, 7))}; nothing was trained.`;
  const foot = stopped
    ? 'What stops the verdict must be fixed first; `/headstart inspect` looks again.'
    : 'Nothing here stops a verdict: `/headstart probe` measures one.';
  return fit({ head, sections, foot }, longestComment, sections.map(({ name }) => name).reverse());
}

const MOST_CLASSES = 12;

/** The first classes and how many images each has: what was taken for a class shows at once. */
function classesInShort({ classes, samples }: Split['dataset']): string {
  const counts = classes.map(() => 0);
  for (const { label } of samples) counts[label]++;
  const named = classes.slice(0, MOST_CLASSES).map((name, k) => `${name.slice(0, 40)} (${count(counts[k])})`);
  return named.join(', ') + (classes.length > named.length ? ', …' : '');
}

/** What `inspect` prints: the dataset as it is, and what the checks found. */
export function renderInspection({
  dataset,
  findings,
  train,
  test,
  splitMethod,
  metric,
  unreadable,
}: Split): string {
  const origin =
    dataset.origin.file === null ? dataset.origin.kind : `${dataset.origin.kind} ${dataset.origin.file}`;
  const lines = [
    `${plain(dataset.name)}: ${counted(dataset.samples.length, 'image')} in ${counted(dataset.classes.length, 'class')}, from ${plain(origin)}`,
    `  classes: ${plain(classesInShort(dataset), 300)}`,
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
