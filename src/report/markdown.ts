import { code, prose } from './escape.js';
import { fit, type Section } from './fit.js';
import { headline } from './headline.js';
import type { Report } from './model.js';
import { changeSection } from './sections/change.js';
import { crossing, curveChart, curveNumbers } from './sections/curves.js';
import { dataFindings, dataSummary, perClass } from './sections/data.js';
import { brokenLines, type Depth, fold } from './sections/layout.js';
import { howMeasured, receipt, recipe, strategyDetails, trialList } from './sections/method.js';
import { nextInWords } from './sections/next-steps.js';
import { strategyTable } from './sections/strategies.js';
import { reasons, scorecard } from './sections/why.js';

/** GitHub refuses a job summary beyond 1 MiB. */
export const longestMarkdown = 1_000_000;
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

/** `report.md`: its first line, which no page shows, says that a later run may replace the file. */
export function markdownFile(report: Report): string {
  return `<!-- headstart/report/v1: written by Headstart; its next run in this folder replaces it -->\n\n${renderMarkdown(report)}`;
}

/** The complete report as Markdown, also for the job summary; at most `limit` UTF-8 bytes. */
export function renderMarkdown(report: Report, limit = longestMarkdown): string {
  const { sign, title, lines } = headline(report, {
    strong: (text) => `**${text}**`,
    said: (text) => prose(text),
    named: code,
  });
  const name = report.dataset === null ? '' : ` · ${code(report.dataset.name)}`;
  const head = [`## ${sign} ${title}${name}`, brokenLines(lines), dataSummary(report), strategyTable(report)];
  return fit(
    {
      head: head.filter((part) => part !== null).join('\n\n'),
      sections: sections(report, lines),
      foot: `<sub>Headstart, ${code(report.createdAt)}. The same numbers: report.json.</sub>`,
    },
    limit,
    firstToGo,
  );
}

function sections(report: Report, said: readonly string[]): Section[] {
  const curves = [curveChart(report), curveNumbers(report), crossing(report)].filter((part) => part !== null);
  const parts: [string, string | null][] = [
    ['Learning curves', curves.length === 0 ? null : curves.join('\n\n')],
    ['Why', reasons(report, depth, said)],
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
