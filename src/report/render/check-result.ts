import { annotationsOf, type Annotation } from './annotations.js';
import { headline } from './headline.js';
import { clean } from './escape.js';
import { renderMarkdown } from './markdown.js';
import type { Report } from '../model.js';

/** GitHub takes 65,535 bytes. */
const LONGEST_SUMMARY = 60_000;

export interface RenderedCheck {
  conclusion: 'success' | 'neutral' | 'failure';
  title: string;
  summary: string;
  annotations: Annotation[];
}

/**
 * The reports of a run as one check. What is undecided is neutral: it stops nobody.
 * @param causes why the run fails, a sentence each.
 */
export function renderCheck(reports: readonly Report[], causes: readonly string[]): RenderedCheck {
  const plain = {
    strong: (text: string) => text,
    said: (text: string) => clean(text),
    named: (name: string) => clean(name, 60),
  };
  const titles = reports.map((report) => {
    const name = reports.length > 1 ? `${clean(report.dataset?.name ?? 'dataset', 60)}: ` : '';
    return `${name}${headline(report, plain).title}`;
  });
  return {
    conclusion: causes.length > 0 ? 'failure' : reports.every(isDecided) ? 'success' : 'neutral',
    title: clean(causes.length > 0 ? causes[0] : titles.join(' · '), 240),
    summary: reports
      .map((report) => renderMarkdown(report, Math.floor(LONGEST_SUMMARY / reports.length) - 2))
      .join('\n\n'),
    annotations: annotationsOf(reports),
  };
}

function isDecided({ status, verdict }: Report): boolean {
  return (
    status === 'unchanged' || (status === 'complete' && verdict !== null && verdict.family !== 'inconclusive')
  );
}
