import { clean } from './escape.js';
import { rankedFindings } from '../facts.js';
import type { Report } from '../model.js';

/** A remark at a file of a commit, as a check run shows it. */
export interface Annotation {
  path: string;
  line: number;
  level: 'failure' | 'warning' | 'notice';
  title: string;
  message: string;
}

/** More than these help nobody; the report has the rest. */
const MOST = 200;
/** Of one finding. */
const MOST_PLACES = 20;
const LEVELS = { error: 'failure', warning: 'warning', info: 'notice' } as const;

/** One a file that a finding names, the worst first; paths that a commit cannot have are left out. */
export function annotationsOf(reports: readonly Report[]): Annotation[] {
  return reports
    .flatMap((report) => rankedFindings(report))
    .flatMap(({ id, severity, message, remedy, places = [] }) =>
      places
        .slice(0, MOST_PLACES)
        .filter(({ file }) => isCommittable(file))
        .map(({ file, line = 1 }) => ({
          path: file,
          line,
          level: LEVELS[severity],
          title: id,
          message: `${clean(message, 300)} ${clean(remedy, 300)}`.trim(),
        })),
    )
    .slice(0, MOST);
}

/** Whether a commit can have a file of this path. */
export function isCommittable(file: string): boolean {
  return (
    file !== '' &&
    file.length < 1000 &&
    !file.startsWith('/') &&
    !file.split('/').includes('..') &&
    clean(file, 1000) === file
  );
}
