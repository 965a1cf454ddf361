import type { Finding } from '../checks/finding.js';
import type { Problem } from '../problem.js';
import type { Report } from './model.js';
import { counted } from './render/words.js';

/**
 * The report for a place where names of files may not be shown: counts and classes stay, what names a file goes.
 * `report.json` keeps everything.
 */
export function withoutNames(report: Report): Report {
  return {
    ...report,
    statusReason: report.status === 'failed' ? 'The reason is in report.json.' : report.statusReason,
    findings: report.findings.map(findingWithoutNames),
    receipt: report.receipt && { ...report.receipt, incidents: [] },
  };
}

export function findingWithoutNames(finding: Finding): Finding {
  return {
    ...finding,
    places: [],
    // What says why a file cannot be used may name it.
    remedy: finding.id === 'unreadable' ? 'report.json says which, and why.' : finding.remedy,
    evidence: [],
  };
}

/** That something is wrong, where its place and words may name files: the log has them. */
export function problemsWithoutNames(problems: readonly Problem[]): Problem[] {
  const message = `${counted(problems.length, 'problem')} kept the images from being measured.`;
  return [{ file: '', message, remedy: 'The log of the run says more.' }];
}
