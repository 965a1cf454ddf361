import type { BaseComparison } from '../report/compare.js';
import type { Report } from '../report/types.js';
import { strategyNames } from '../report/names.js';

/** Why a step fails although it ran, one sentence per cause; empty: it succeeds. */
export function failureCauses(reports: readonly Report[], failOn: readonly string[]): string[] {
  return reports.flatMap((report) => {
    const { status, statusReason, verdict, baseline, findings } = report;
    const name = report.dataset === null ? '' : ` for ${report.dataset.name}`;
    const reason = statusReason ?? 'no reason was recorded';
    const causes: string[] = [];
    if (status === 'failed') causes.push(`The run failed${name}: ${reason}`);
    if (status === 'stopped') causes.push(`The data stopped the run${name}: ${reason}`);
    if (failOn.includes('inconclusive') && verdict?.family === 'inconclusive')
      causes.push(`The verdict${name} is inconclusive, and fail-on includes inconclusive.`);
    if (failOn.includes('verdict-changed') && baseline?.verdictChanged === true)
      causes.push(`The verdict${name} differs from the base, and fail-on includes verdict-changed.`);
    const ids = new Set(findings.map((finding) => finding.id));
    return [
      ...causes,
      ...failOn.flatMap((rule) => accuracyDrops(baseline, allowedDrop(rule), name)),
      ...failOn
        .filter((id) => ids.has(id))
        .map((id) => `The checks reported ${id}${name}, and fail-on includes it.`),
    ];
  });
}

/** The fraction in `accuracy-drop>1pt`; null for any other rule. */
export function allowedDrop(rule: string): number | null {
  const match = /^accuracy-drop>(\d{1,2}(?:\.\d{1,2})?)pt$/u.exec(rule);
  return match === null ? null : Number(match[1]) / 100;
}

/** Ignores drops that may be noise: those whose interval includes zero. */
function accuracyDrops(baseline: BaseComparison | undefined, allowed: number | null, name: string): string[] {
  if (baseline === undefined || allowed === null) return [];
  const { leaning } = baseline.base;
  const difference = baseline.differences.find(({ strategy }) => strategy === leaning);
  if (difference === undefined || -difference.mean <= allowed || difference.high >= 0) return [];
  const points = (100 * -difference.mean).toFixed(1);
  return [
    `The accuracy of ${strategyNames[leaning].toLowerCase()}${name} is ${points} points lower than at the base; ` +
      `fail-on allows ${100 * allowed}.`,
  ];
}
