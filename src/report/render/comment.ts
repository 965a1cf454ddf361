import { commitIn, type CommitPlace, commitUrl, fileUrl, isUrl } from '../commit-links.js';
import { type CommentState, hiddenState, historyLine, nextState } from '../comment-state.js';
import { datasetTitle } from '../names.js';
import { clean, code, prose } from '../escape.js';
import { brokenLines, type Depth, fit, fold, type Section } from '../layout.js';
import { headline } from '../sections/headline.js';
import type { Report } from '../types.js';
import { changeSection } from '../sections/change.js';
import { crossing, curveChart, curveNumbers } from '../sections/curves.js';
import { dataFindings, dataSummary, perClass, weakest } from '../sections/data.js';
import { howMeasured, receipt, recipe, strategyDetails } from '../sections/method.js';
import { strategyTable } from '../sections/strategies.js';
import { nextSteps } from '../sections/next-steps.js';
import { pushes, reasons, scorecard } from '../sections/why.js';

export interface CommentContext extends CommitPlace {
  /** Tells the comments of several datasets and workflows apart. */
  key: string;
  /** The backbone that the workflow asks for; null: the default. */
  backbone: string | null;
  /** URL of the run, with its files and summary; null: not known. */
  runUrl: string | null;
  /** The state hidden in the comment that is replaced; null: there is none. */
  previous: CommentState | null;
  /** Whether a workflow or an app answers boxes and commands. */
  listens: boolean;
}

/** In bytes: below GitHub's limit of 65,536, with room for what GitHub adds. */
export const MAX_COMMENT = 60_000;
const depth: Depth = { findings: 12, evidence: 2, classes: 15, reasons: 6 };
const firstToGo = [
  'the receipt',
  'the classes',
  'how it was measured',
  'the strategies in detail',
  'the recipe',
  'the reasons',
  'the curves in numbers',
  'the chart',
  'the data findings',
  'the changes',
  'the next experiment',
];

/** The first line of each of our comments. Marker, author and key together identify a comment. */
export function reportMarker(key: string): string {
  return `<!-- headstart:report key=${key.replace(/[^\w./]+/gu, '_').slice(0, 100)} schema=1 -->`;
}

/** The report as a comment on a pull request: the verdict first, details folded, at most `MAX_COMMENT` UTF-8 bytes. */
export function renderComment(report: Report, context: CommentContext): string {
  const state = nextState(context.previous, context.headSha, report);
  const opening = reportMarker(context.key);
  // The state comes last, so that mail and previews begin with the verdict.
  const foot = (text: string) => `${text}\n${hiddenState(state)}`;
  if (report.status === 'unchanged') return `${opening}\n\n${foot(oneLine(report, context))}\n`;
  const { sign, title, lines } = headline(report, {
    strong: (text) => `**${text}**`,
    sentence: (text) => prose(text),
    name: code,
  });
  const about = [title, ...subjectOf(report, context)].join(' · ');
  const head = [
    opening,
    `## ${sign} ${about}`,
    brokenLines(lines),
    dataSummary(report),
    strategyTable(report),
  ];
  return fit(
    {
      head: head.filter((part) => part !== null).join('\n\n'),
      sections: sections(report, lines, context),
      foot: foot(footer(context, state)),
    },
    MAX_COMMENT,
    firstToGo,
  );
}

/** The whole comment when the data is the same as in the base. */
function oneLine(report: Report, context: CommentContext): string {
  const { sign, lines } = headline(report, {
    strong: (text) => `*${text}*`,
    sentence: (text) => prose(text),
    name: code,
  });
  const subject = subjectOf(report, context);
  const about = subject.length === 0 ? '' : ` (${subject.join(', ')})`;
  return `${sign} **Headstart**${about}: this pull request does not change the data. ${lines.join(' ')}`;
}

/** What distinguishes this comment: the dataset, and the backbone unless the title names it. */
function subjectOf({ dataset, verdict }: Report, { backbone }: CommentContext): string[] {
  const isNamed = backbone === null || backbone === verdict?.network?.backbone;
  return [
    ...(dataset === null ? [] : [datasetTitle(dataset)]),
    ...(isNamed ? [] : [`backbone ${code(clean(backbone, 60))}`]),
  ];
}

function sections(report: Report, headlines: readonly string[], context: CommentContext): Section[] {
  const under = (title: string, body: string | null): string | null => body && `### ${title}\n\n${body}`;
  const folded = (title: string, body: string | null): string | null => body && fold(title, body);
  const joined = (...bodies: (string | null)[]): string | null =>
    bodies.filter((body) => body !== null).join('\n\n') || null;
  const chart = curveChart(report);
  const numbers = curveNumbers(report);
  const [chartTitle, numbersTitle] = ['Learning curves', '<b>The curves in numbers</b>'];
  // Links files only where the data is known to be in the repository.
  const address = (file: string, line?: number): string | null =>
    report.change === undefined ? null : fileUrl(context, file, line);
  const parts: [string, string | null][] = [
    ['the chart', chart && under(chartTitle, joined(chart, crossing(report)))],
    [
      'the curves in numbers',
      chart === null ? under(chartTitle, joined(numbers, crossing(report))) : folded(numbersTitle, numbers),
    ],
    [
      'the reasons',
      folded(`<b>Why</b>${pushes(report)}`, joined(reasons(report, depth, headlines), scorecard(report))),
    ],
    ['the data findings', under('The data', dataFindings(report, depth, address))],
    ['the changes', under('What this pull request changes', changeSection(report))],
    ['the next experiment', under('Next', nextSteps(report, context.listens, context.backbone))],
    ['the recipe', folded('<b>Run it</b>: the recipe for the full run', recipe(report))],
    ['the classes', folded(`<b>Per class</b>${weakest(report)}`, perClass(report, depth))],
    ['the strategies in detail', folded('<b>The strategies in detail</b>', strategyDetails(report))],
    ['how it was measured', folded('<b>How it was measured</b>', howMeasured(report))],
    ['the receipt', folded('<b>Receipt</b>', receipt(report))],
  ];
  return parts.flatMap(([name, markdown]) => (markdown === null ? [] : [{ name, markdown }]));
}

function footer(context: CommentContext, state: CommentState): string {
  const { runUrl } = context;
  const commit = commitIn(context);
  const history = historyLine(state);
  const address = commitUrl(context);
  const parts = [
    ...(commit === null
      ? []
      : [
          `Measured at ${address === null ? code(commit.slice(0, 7)) : `[${code(commit.slice(0, 7))}](${address})`}`,
        ]),
    runUrl !== null && isUrl(runUrl)
      ? `[the run](${runUrl}) has the complete report`
      : 'the complete report is in the files of the run',
    ...(history === null ? [] : [history]),
  ];
  return `<sub>Headstart. ${parts.join(' · ')}.</sub>`;
}
