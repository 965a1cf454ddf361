import { isCommittable } from '../commit-links.js';
import { clean } from '../escape.js';
import { rankedFindings } from '../ranking.js';
import { headline } from '../sections/headline.js';
import type { Report } from '../types.js';
import { renderMarkdown } from './markdown.js';

/** In bytes; GitHub takes 65,535. */
const MAX_SUMMARY = 60_000;
const MAX_ANNOTATIONS = 200;
const MAX_ANNOTATIONS_PER_FINDING = 20;
const LEVELS = { error: 'failure', warning: 'warning', info: 'notice' } as const;

/** A remark on a file of a commit, as a check run shows it. */
export interface Annotation {
  path: string;
  line: number;
  level: 'failure' | 'warning' | 'notice';
  title: string;
  message: string;
}

export interface RenderedCheck {
  conclusion: 'success' | 'neutral' | 'failure';
  title: string;
  summary: string;
  annotations: Annotation[];
}

/**
 * The reports of a run as one check. An undecided verdict is neutral, so it blocks nobody.
 * @param causes why the run fails, a sentence each.
 */
export function renderCheck(reports: readonly Report[], causes: readonly string[]): RenderedCheck {
  const plain = {
    strong: (text: string) => text,
    sentence: (text: string) => clean(text),
    name: (name: string) => clean(name, 60),
  };
  const titles = reports.map((report) => {
    const name = reports.length > 1 ? `${clean(report.dataset?.name ?? 'dataset', 60)}: ` : '';
    return `${name}${headline(report, plain).title}`;
  });
  return {
    conclusion: causes.length > 0 ? 'failure' : reports.every(isDecided) ? 'success' : 'neutral',
    title: clean(causes.length > 0 ? causes[0] : titles.join(' · '), 240),
    summary: reports
      .map((report) => renderMarkdown(report, Math.floor(MAX_SUMMARY / reports.length) - 2))
      .join('\n\n'),
    annotations: annotationsOf(reports),
  };
}

function isDecided({ status, verdict }: Report): boolean {
  return (
    status === 'unchanged' || (status === 'complete' && verdict !== null && verdict.family !== 'inconclusive')
  );
}

/** One for each file that a finding names, the worst first, without paths that a commit cannot have. */
function annotationsOf(reports: readonly Report[]): Annotation[] {
  return reports
    .flatMap((report) => rankedFindings(report))
    .flatMap(({ id, severity, message, remedy, places = [] }) =>
      places
        .slice(0, MAX_ANNOTATIONS_PER_FINDING)
        .filter(({ file }) => isCommittable(file))
        .map(({ file, line = 1 }) => ({
          path: file,
          line,
          level: LEVELS[severity],
          title: id,
          message: `${clean(message, 300)} ${clean(remedy, 300)}`.trim(),
        })),
    )
    .slice(0, MAX_ANNOTATIONS);
}
