import { code, prose } from './escape.js';
import { fit, type Section } from './fit.js';
import { headline } from './headline.js';
import type { Report } from './model.js';
import { changeSection } from './sections/change.js';
import { crossing, curveChart, curveNumbers } from './sections/curves.js';
import { dataFindings, perClass } from './sections/data.js';
import { brokenLines, type Depth } from './sections/layout.js';
import { howMeasured, predictions, receipt, recipe, trialList } from './sections/method.js';
import { strategyTable } from './sections/strategies.js';
import { nextExperiment, reasons, scorecard } from './sections/why.js';

/** GitHub refuses a job summary beyond 1 MiB. */
export const longestMarkdown = 1_000_000;
const depth: Depth = { findings: 500, evidence: 50, classes: 5000, reasons: 100, folded: false };
const firstToGo = [
  'Trials',
  'Per class',
  'Receipt',
  'The data',
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
  });
  const name = report.dataset === null ? '' : ` · ${code(report.dataset.name)}`;
  const head = [`## ${sign} ${title}${name}`, brokenLines(lines), strategyTable(report)];
  return fit(
    {
      head: head.filter((part) => part !== null).join('\n\n'),
      sections: sections(report),
      foot: `<sub>Headstart, ${code(report.createdAt)}. The same numbers: report.json.</sub>`,
    },
    limit,
    firstToGo,
  );
}

function sections(report: Report): Section[] {
  const curves = [curveChart(report), curveNumbers(report), crossing(report)].filter((part) => part !== null);
  const parts: [string, string | null][] = [
    ['Learning curves', curves.length === 0 ? null : curves.join('\n\n')],
    ['At the horizon', predictions(report)],
    ['Why', reasons(report, depth)],
    ['Scorecard', scorecard(report)],
    ['The data', dataFindings(report, depth)],
    ['What this changes', changeSection(report)],
    ['Next', nextExperiment(report)],
    ['Recipe', recipe(report)],
    ['Per class', perClass(report, depth)],
    ['How it was measured', howMeasured(report)],
    ['Receipt', receipt(report)],
    ['Trials', trialList(report)],
  ];
  return parts.flatMap(([name, body]) =>
    body === null ? [] : [{ name, markdown: `### ${name}\n\n${body}` }],
  );
}
