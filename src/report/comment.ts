import { type CommentState, hiddenState, historyLine, nextState } from './comment-state.js';
import { code, prose } from './escape.js';
import { fit, type Section } from './fit.js';
import { headline } from './headline.js';
import type { Report } from './model.js';
import { changeSection } from './sections/change.js';
import { curveChart, curveNumbers } from './sections/curves.js';
import { dataFindings, perClass } from './sections/data.js';
import { type Depth, fold } from './sections/layout.js';
import { howMeasured, receipt, recipe } from './sections/method.js';
import { strategyTable } from './sections/strategies.js';
import { nextSteps } from './sections/next-steps.js';
import { reasons, scorecard } from './sections/why.js';

export interface CommentContext {
  /** Tells the comments of several datasets and workflows apart. */
  key: string;
  /** The commit that was measured. */
  headSha: string | null;
  /** `owner/name`. */
  repository: string | null;
  /** Page of the run, with its files and summary. */
  runUrl: string | null;
  /** For example `https://github.com`. */
  serverUrl: string;
  /** What the comment that is replaced remembers; null: there is none. */
  previous: CommentState | null;
  /** Whether a workflow or an app answers to boxes and commands. */
  listens: boolean;
}

/** Below GitHub's limit of 65,536, with room for what GitHub adds. */
export const longestComment = 60_000;
const depth: Depth = { findings: 12, evidence: 3, classes: 15, reasons: 6, folded: true };
const firstToGo = [
  'the receipt',
  'the classes',
  'how it was measured',
  'the recipe',
  'the chart',
  'the data findings',
  'the scorecard',
  'the reasons',
  'the learning curves',
  'the changes',
  'the next experiment',
];

/** The first line of every comment of ours; marker, author and key together say whose it is. */
export function reportMarker(key: string): string {
  return `<!-- headstart:report key=${key.replace(/[^\w./]+/gu, '_').slice(0, 100)} schema=1 -->`;
}

/** The report as a comment on a pull request: the verdict first, details folded, at most 60,000 UTF-8 bytes. */
export function renderComment(report: Report, context: CommentContext): string {
  const state = nextState(context.previous, context.headSha, report);
  const opening = reportMarker(context.key);
  // At the end, so that mail and previews begin with the verdict.
  const foot = (text: string) => `${text}\n${hiddenState(state)}`;
  if (report.status === 'unchanged') return `${opening}\n\n${foot(oneLine(report))}\n`;
  const { sign, title, lines } = headline(report, {
    strong: (text) => `**${text}**`,
    said: (text) => prose(text),
  });
  const name = report.dataset === null ? '' : ` · ${code(report.dataset.name)}`;
  const head = [opening, `## ${sign} ${title}${name}`, lines.join('\n'), strategyTable(report)];
  return fit(
    {
      head: head.filter((part) => part !== null).join('\n\n'),
      sections: sections(report, context),
      foot: foot(footer(context, state)),
    },
    longestComment,
    firstToGo,
  );
}

/** What is left of a comment when the data is as at the base. */
function oneLine(report: Report): string {
  const { sign, lines } = headline(report, { strong: (text) => `*${text}*`, said: (text) => prose(text) });
  const name = report.dataset === null ? '' : ` (${code(report.dataset.name)})`;
  return `${sign} **Headstart**${name}: the data does not change in this pull request. ${lines.join(' ')}`;
}

function sections(report: Report, { listens }: CommentContext): Section[] {
  const under = (title: string, body: string | null): string | null => body && `### ${title}\n\n${body}`;
  const folded = (title: string, body: string | null): string | null => body && fold(title, body, true);
  const chart = curveChart(report);
  const parts: [string, string | null][] = [
    ['the chart', under('Learning curves', chart)],
    [
      'the learning curves',
      chart === null ? under('Learning curves', curveNumbers(report)) : curveNumbers(report),
    ],
    ['the reasons', under('Why', reasons(report, depth))],
    ['the scorecard', scorecard(report)],
    ['the changes', under('What this changes', changeSection(report))],
    ['the data findings', under('The data', dataFindings(report, depth))],
    ['the next experiment', under('Next', nextSteps(report, listens))],
    ['the recipe', folded('<b>Run it</b>: the recipe for the full training', recipe(report))],
    ['how it was measured', folded('<b>How sure, how measured</b>', howMeasured(report))],
    ['the classes', folded('<b>Per class</b>, the weakest first', perClass(report, depth))],
    ['the receipt', folded('<b>Receipt</b>', receipt(report))],
  ];
  return parts.flatMap(([name, markdown]) => (markdown === null ? [] : [{ name, markdown }]));
}

function footer({ headSha, repository, runUrl, serverUrl }: CommentContext, state: CommentState): string {
  const commit = /^[0-9a-f]{7,64}$/u.test(headSha ?? '') ? headSha! : null;
  const history = historyLine(state);
  const address = commit && commitUrl(serverUrl, repository, commit);
  const parts = [
    ...(commit === null
      ? []
      : [
          `Measured at ${address === null ? code(commit.slice(0, 7)) : `[${code(commit.slice(0, 7))}](${address})`}`,
        ]),
    runUrl !== null && isUrl(runUrl)
      ? `[the run](${runUrl}) has the complete report`
      : 'the report files of the run are complete',
    ...(history === null ? [] : [history]),
  ];
  return `<sub>Headstart. ${parts.join(' · ')}.</sub>`;
}

function commitUrl(serverUrl: string, repository: string | null, commit: string): string | null {
  const url = `${serverUrl.replace(/\/+$/u, '')}/${repository ?? ''}/commit/${commit}`;
  return repository !== null && /^[\w.-]+\/[\w.-]+$/u.test(repository) && isUrl(url) ? url : null;
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[\w.:/-]+$/u.test(text);
}
