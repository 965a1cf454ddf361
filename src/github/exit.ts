import type { Report } from '../report/model.js';

/** Why a step fails although it ran: one sentence for each cause; empty for success. */
export function failures(reports: readonly Report[], failOn: readonly string[]): string[] {
  return reports.flatMap((report) => {
    const name = report.dataset === null ? '' : ` for ${report.dataset.name}`;
    const causes: string[] = [];
    if (report.status === 'failed')
      causes.push(`The run failed${name}: ${report.statusReason ?? 'no reason was recorded'}`);
    if (report.status === 'stopped') {
      causes.push(`The data stopped the run${name}: ${report.statusReason ?? 'no reason was recorded'}`);
    }
    if (failOn.includes('inconclusive') && report.verdict?.family === 'inconclusive') {
      causes.push(`The verdict${name} is inconclusive, and fail-on asks to fail then.`);
    }
    const ids = new Set(report.findings.map((finding) => finding.id));
    return [
      ...causes,
      ...failOn.filter((id) => ids.has(id)).map((id) => `fail-on names the finding ${id}${name}.`),
    ];
  });
}
