import { code, prose } from '../escape.js';
import { brokenLines, type Depth, fit, fold, type Section } from '../layout.js';
import { headline } from '../sections/headline.js';
import type { Report } from '../types.js';
import { changeSection } from '../sections/change.js';
import { crossing, curveChart, curveNumbers } from '../sections/curves.js';
import { dataFindings, dataSummary, perClass } from '../sections/data.js';
import { howMeasured, receipt, recipe, strategyDetails, trialList } from '../sections/method.js';
import { nextInWords } from '../sections/next-steps.js';
import { strategyTable } from '../sections/strategies.js';
import { reasons, scorecard } from '../sections/why.js';

/** In bytes; GitHub refuses job summaries above 1 MiB. */
export const MAX_MARKDOWN = 1_000_000;
const depth: Depth = { findings: 500, evidence: 50, classes: 5000, reasons: 100 };
const firstToGo = [
  'Trials',
  'Per class',
  'Receipt',
  'The data',
  'Strategies in detail',
  'How it was measured',
  'Recipe',
  'Why',
  'Scorecard',
];

/** `report.md`, with an invisible first line that allows a later run to replace the file. */
export function markdownFile(report: Report): string {
  return `<!-- headstart/report/v1: written by Headstart; its next run in this folder replaces it -->\n\n${renderMarkdown(report)}`;
}

/** The complete report as Markdown, also for the job summary; at most `limit` UTF-8 bytes. */
export function renderMarkdown(report: Report, limit = MAX_MARKDOWN): string {
  const { sign, title, lines } = headline(report, {
    strong: (text) => `**${text}**`,
    sentence: (text) => prose(text),
    name: code,
  });
  const name = report.dataset === null ? '' : ` · ${code(report.dataset.name)}`;
  const head = [`## ${sign} ${title}${name}`, brokenLines(lines), dataSummary(report), strategyTable(report)];
  return fit(
    {
      head: head.filter((part) => part !== null).join('\n\n'),
      sections: sections(report, lines),
      foot: `<sub>Headstart, ${code(report.createdAt)}. report.json has the same numbers.</sub>`,
    },
    limit,
    firstToGo,
  );
}

function sections(report: Report, headlines: readonly string[]): Section[] {
  const curves = [curveChart(report), curveNumbers(report), crossing(report)].filter((part) => part !== null);
  const parts: [string, string | null][] = [
    ['Learning curves', curves.length === 0 ? null : curves.join('\n\n')],
    ['Why', reasons(report, depth, headlines)],
    ['Scorecard', scorecard(report)],
    ['The data', dataFindings(report, depth)],
    ['What this changes', changeSection(report)],
    ['Next', nextInWords(report)],
    ['Recipe', recipe(report)],
    ['Per class', perClass(report, depth)],
    ['Strategies in detail', strategyDetails(report)],
    ['How it was measured', howMeasured(report)],
  ];
  const folded: [string, string | null][] = [
    ['Receipt', receipt(report)],
    ['Trials', trialList(report)],
  ];
  return [
    ...parts.flatMap(([name, body]) => (body === null ? [] : [{ name, markdown: `### ${name}\n\n${body}` }])),
    ...folded.flatMap(([name, body]) =>
      body === null ? [] : [{ name, markdown: fold(`<b>${name}</b>`, body) }],
    ),
  ];
}
