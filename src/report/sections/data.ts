import type { Finding, Place } from '../../checks/finding.js';
import { code, prose } from '../escape.js';
import { rankedFindings, weakestClasses } from '../ranking.js';
import type { ClassResult, Report } from '../types.js';
import { count, counted, percent } from '../../verdict/format.js';
import { strategyNames } from '../names.js';
import { andMore, type Depth, stacked, table } from '../layout.js';

/** URL of a file, at a line; null where there is none. */
type FileAddress = (file: string, line?: number) => string | null;

const effects: Record<Finding['effect'], string> = {
  blocks: 'This stops the verdict.',
  weakens: 'This weakens the verdict.',
  informs: '',
};

/** What the checks found in the data. */
export function dataFindings(
  report: Pick<Report, 'dataset' | 'findings'> & { status?: Report['status'] },
  depth: Depth,
  address: FileAddress = () => null,
): string | null {
  const findings = rankedFindings(report);
  // Data that was not measured was not checked, either.
  if (report.status === 'unchanged' || (report.dataset === null && findings.length === 0)) return null;
  const shown = findings.slice(0, depth.findings);
  const list =
    shown.length === 0
      ? 'The checks found no problems.'
      : shown.map((finding) => item(finding, depth, address)).join('\n');
  const rest = findings.length - shown.length;
  return rest > 0 ? `${list}\n\n${counted(rest, 'more finding')} in the report files.` : list;
}

/** Class names in the summary; a folder mistaken for a class shows at once. */
const MAX_NAMED = 8;

/** How many images there are, in which classes, and how they are split. */
export function dataSummary({
  dataset,
  status,
}: Pick<Report, 'dataset'> & { status?: Report['status'] }): string | null {
  if (dataset === null || status === 'unchanged') return null;
  const { name, samples, sampled, classes, perClass: images, splits, license, unreadable } = dataset;
  const names = Object.keys(images);
  const shown = names
    .slice(0, MAX_NAMED)
    .map((each) => code(each.slice(0, 40)))
    .join(', ');
  const named = shown === '' ? '' : ` (${shown}${names.length > MAX_NAMED ? ', …' : ''})`;
  const sample = sampled < samples ? ` (${count(sampled)} of them probed)` : '';
  const lost = unreadable > 0 ? ` ${count(unreadable)} files could not be read.` : '';
  const terms = license === null ? '' : ` License: ${code(license)}.`;
  return `${code(name)}: ${count(samples)} images${sample} in ${count(classes)} classes${named}; ${count(splits.train)} for training, ${count(splits.test)} for testing (${prose(splits.method)}).${lost}${terms}`;
}

/** A list item, not a table row: on a phone, table cells do not break long paths. */
function item(finding: Finding, depth: Depth, address: FileAddress): string {
  const { message, remedy, effect } = finding;
  const what = effect === 'informs' ? prose(message) : `**${prose(message)}**`;
  const sentences = [what, effects[effect], prose(remedy)].filter((sentence) => sentence !== '').join(' ');
  const places = where(finding, depth, address);
  return `- ${sentences}${places === '' ? '' : `<br>${places}`}`;
}

function where(
  { evidence, count: all, message, places = [] }: Finding,
  depth: Depth,
  address: FileAddress,
): string {
  const shown = evidence.slice(0, depth.evidence);
  // The message names it all already.
  if (shown.every((one) => message.includes(`\`${one}\``))) return '';
  return `${shown.map((one, index) => linked(one, places[index], address)).join(', ')}${andMore(shown.length, Math.max(all, evidence.length))}`;
}

/** The evidence, linked to its file. */
function linked(evidence: string, place: Place | undefined, address: FileAddress): string {
  const isMentioned =
    place !== undefined && evidence.includes(place.file.slice(place.file.lastIndexOf('/') + 1));
  const url = isMentioned ? address(place.file, place.line) : null;
  return url === null ? code(evidence) : `[${code(evidence)}](${url})`;
}

/** Recall of each class for the pick and for scratch, the weakest first. */
export function perClass(report: Report, depth: Depth): string | null {
  const classes = weakestClasses(report);
  if (classes.length === 0) return null;
  const choice = report.verdict?.choice ?? null;
  const shown = classes.slice(0, depth.classes);
  const columns: [string, 'left' | 'right'][] = [
    [stacked('Class', 'train, test, mistaken for'), 'left'],
    ...(choice === null
      ? []
      : [[`Recall, ${strategyNames[choice].toLowerCase()}`, 'right'] as [string, 'right']]),
    ...(choice === 'scratch' ? [] : [['Recall, scratch', 'right'] as [string, 'right']]),
  ];
  const rows = shown.map((result) => [
    stacked(
      code(result.name),
      `${count(result.train)}, ${count(result.test)}${result.confusedWith === null ? '' : `, ${code(result.confusedWith)}`}`,
    ),
    ...(choice === null ? [] : [recall(result, choice)]),
    ...(choice === 'scratch' ? [] : [recall(result, 'scratch')]),
  ]);
  const rest = classes.length - shown.length;
  const more = rest > 0 ? `\n\nThe ${count(shown.length)} weakest of ${count(classes.length)} classes.` : '';
  return `${table(columns, rows)}${more}`;
}

/** For the title above the classes: the lowest recall of the pick. */
export function weakest(report: Report): string {
  const choice = report.verdict?.choice ?? null;
  const lowest = choice === null ? null : weakestClasses(report).at(0)?.recall[choice];
  return lowest == null ? '' : `: lowest recall ${percent(lowest)}`;
}

function recall(result: ClassResult, strategy: keyof ClassResult['recall']): string {
  const value = result.recall[strategy];
  return value === undefined || value === null ? '–' : percent(value);
}
