import type { Split } from '../../probe/stages.js';
import { datasetSummary } from '../assemble.js';
import { MAX_COMMENT } from './comment.js';
import { code, plain } from '../escape.js';
import { fit } from '../layout.js';
import { dataFindings, dataSummary } from '../sections/data.js';
import { findingWithoutNames } from '../without-names.js';
import { count, counted } from '../../verdict/format.js';

const MAX_EVIDENCE = 5;
const depth = { findings: 12, evidence: 3, classes: 0, reasons: 0 };

export interface Inspected {
  /** Path as the user gave it. */
  path: string;
  /** The commit that was read. */
  headSha: string;
  /** Whether to leave out file names. */
  countsOnly: boolean;
}

/** The answer to `/headstart inspect`, at most `MAX_COMMENT` UTF-8 bytes. */
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
  const head = `**Headstart** checked the images of ${code(headSha.slice(0, 7))} without training anything.`;
  const foot = stopped
    ? 'Fix what stops the verdict first; `/headstart inspect` checks again.'
    : 'Nothing here stops a verdict. Comment `/headstart probe` to get one.';
  return fit({ head, sections, foot }, MAX_COMMENT, sections.map(({ name }) => name).reverse());
}

const MAX_CLASSES = 12;

/** The first classes with their numbers of images; a folder mistaken for a class shows at once. */
function classesInShort({ classes, samples }: Split['dataset']): string {
  const counts = classes.map(() => 0);
  for (const { label } of samples) counts[label]++;
  const named = classes.slice(0, MAX_CLASSES).map((name, k) => `${name.slice(0, 40)} (${count(counts[k])})`);
  return named.join(', ') + (classes.length > named.length ? ', …' : '');
}

/** What `inspect` prints: the dataset, and what the checks found. */
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
      ...evidence.slice(0, MAX_EVIDENCE).map((item) => `    ${plain(item)}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}
