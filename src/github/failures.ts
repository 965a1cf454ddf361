import type { BaseComparison } from '../report/compare.js';
import type { Report } from '../report/types.js';
import { strategyNames } from '../report/names.js';

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
    if (failOn.includes('verdict-changed') && report.baseline?.verdictChanged === true) {
      causes.push(`The verdict${name} is another one than at the base, and fail-on asks to fail then.`);
    }
    const ids = new Set(report.findings.map((finding) => finding.id));
    return [
      ...causes,
      ...failOn.flatMap((rule) => dropped(report.baseline, allowedDrop(rule), name)),
      ...failOn.filter((id) => ids.has(id)).map((id) => `fail-on names the finding ${id}${name}.`),
    ];
  });
}

/** The fraction in `accuracy-drop>1pt`; null for any other rule. */
export function allowedDrop(rule: string): number | null {
  const match = /^accuracy-drop>(\d{1,2}(?:\.\d{1,2})?)pt$/u.exec(rule);
  return match === null ? null : Number(match[1]) / 100;
}

/** A drop that another run on the same images might show as well is none. */
function dropped(baseline: BaseComparison | undefined, allowed: number | null, name: string): string[] {
  if (baseline === undefined || allowed === null) return [];
  const { leaning } = baseline.base;
  const difference = baseline.differences.find(({ strategy }) => strategy === leaning);
  if (difference === undefined || -difference.mean <= allowed || difference.high >= 0) return [];
  const points = (100 * -difference.mean).toFixed(1);
  return [
    `Accuracy of ${strategyNames[leaning].toLowerCase()}${name} is ${points} points lower than at the base, and fail-on asks to fail beyond ${100 * allowed}.`,
  ];
}
