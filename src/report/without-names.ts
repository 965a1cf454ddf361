import type { Finding } from '../checks/finding.js';
import type { Problem } from '../problem.js';
import type { Report } from './types.js';
import { counted } from '../verdict/format.js';

/**
 * The report for places that must not show file names: counts and classes stay, and file names are removed.
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
    // This remedy may name the file.
    remedy: finding.id === 'unreadable' ? 'See report.json for the files and the reasons.' : finding.remedy,
    evidence: [],
  };
}

/** One problem without details, since places and messages may name files; the log has them. */
export function problemsWithoutNames(problems: readonly Problem[]): Problem[] {
  const message = `${counted(problems.length, 'problem')} stopped the measurement.`;
  return [{ file: '', message, remedy: 'See the log of the run.' }];
}
