import type { Finding } from '../../checks/finding.js';
import { code, prose } from '../escape.js';
import { rankedFindings, weakestClasses } from '../facts.js';
import type { ClassResult, Report } from '../model.js';
import { count, percent, strategyNames } from '../words.js';
import { andMore, type Depth, table } from './layout.js';

const effects: Record<Finding['effect'], string> = {
  blocks: '**stops the verdict**',
  weakens: '**weakens the verdict**',
  informs: 'for information',
};

/** What was read, and what the checks found in it. */
export function dataFindings(report: Report, depth: Depth): string | null {
  const findings = rankedFindings(report);
  if (report.dataset === null && findings.length === 0) return null;
  const shown = findings.slice(0, depth.findings);
  const rows = shown.map((finding) => [
    finding.effect === 'informs' ? prose(finding.message) : `**${prose(finding.message)}**`,
    count(finding.count),
    where(finding, depth),
    prose(finding.remedy),
    effects[finding.effect],
  ]);
  const list =
    rows.length === 0
      ? 'The checks found nothing to mend.'
      : table(
          [
            ['Finding', 'left'],
            ['Count', 'right'],
            ['Where', 'left'],
            ['What to do', 'left'],
            ['Effect', 'left'],
          ],
          rows,
        );
  const rest = findings.length - shown.length;
  return [summary(report), list, rest > 0 ? `${count(rest)} more findings are in the report's files.` : '']
    .filter((part) => part !== '')
    .join('\n\n');
}

function summary({ dataset }: Report): string {
  if (dataset === null) return '';
  const { name, samples, sampled, classes, splits, license, unreadable } = dataset;
  const sample = sampled < samples ? ` (${count(sampled)} of them probed)` : '';
  const lost = unreadable > 0 ? ` ${count(unreadable)} files could not be read.` : '';
  const terms = license === null ? '' : ` Licence: ${code(license)}.`;
  return `${code(name)}: ${count(samples)} images${sample} in ${count(classes)} classes; ${count(splits.train)} to train on, ${count(splits.test)} to test on (${prose(splits.method)}).${lost}${terms}`;
}

function where({ evidence, count: all }: Finding, depth: Depth): string {
  if (evidence.length === 0) return '';
  const shown = evidence.slice(0, depth.evidence);
  return `${shown.map(code).join(', ')}${andMore(shown.length, Math.max(all, evidence.length))}`;
}

/** Recall of each class for the pick and for scratch, the weakest first. */
export function perClass(report: Report, depth: Depth): string | null {
  const classes = weakestClasses(report);
  if (classes.length === 0) return null;
  const choice = report.verdict?.choice ?? null;
  const shown = classes.slice(0, depth.classes);
  const columns: [string, 'left' | 'right'][] = [
    ['Class', 'left'],
    ['Train', 'right'],
    ['Test', 'right'],
    ...(choice === null
      ? []
      : [[`Recall, ${strategyNames[choice].toLowerCase()}`, 'right'] as [string, 'right']]),
    ...(choice === 'scratch' ? [] : [['Recall, scratch', 'right'] as [string, 'right']]),
    ['Most confused with', 'left'],
  ];
  const rows = shown.map((result) => [
    code(result.name),
    count(result.train),
    count(result.test),
    ...(choice === null ? [] : [recall(result, choice)]),
    ...(choice === 'scratch' ? [] : [recall(result, 'scratch')]),
    result.confusedWith === null ? '' : code(result.confusedWith),
  ]);
  const rest = classes.length - shown.length;
  const more = rest > 0 ? `\n\nThe ${count(shown.length)} weakest of ${count(classes.length)} classes.` : '';
  return `${table(columns, rows)}${more}`;
}

function recall(result: ClassResult, strategy: keyof ClassResult['recall']): string {
  const value = result.recall[strategy];
  return value === undefined || value === null ? '–' : percent(value);
}
