import type { Finding } from '../checks/finding.js';
import type { Curve, CurvePoint, FullRunCost, StrategyName, StrategySummary } from '../verdict/model.js';
import type { ClassResult, Report } from './model.js';

/** What several forms of the report ask of it; nothing here is computed that is not in the report. */

/** The choice first, then by measured accuracy. */
export function rankedStrategies(report: Report): StrategySummary[] {
  const choice = report.verdict?.choice;
  return [...report.strategies].sort(
    (a, b) => Number(b.name === choice) - Number(a.name === choice) || b.accuracy.mean - a.accuracy.mean,
  );
}

export function fullRunOf(report: Report, strategy: StrategyName): FullRunCost | null {
  return report.cost?.fullRun.find((run) => run.strategy === strategy) ?? null;
}

/** What blocks first, then what weakens the verdict, then the rest; the order within is the checks' own. */
export function rankedFindings(report: Pick<Report, 'findings'>): Finding[] {
  const weight = { blocks: 0, weakens: 1, informs: 2 };
  const severity = { error: 0, warning: 1, info: 2 };
  return [...report.findings].sort(
    (a, b) => weight[a.effect] - weight[b.effect] || severity[a.severity] - severity[b.severity],
  );
}

/** Findings that should be mended before the verdict is trusted. */
export function fixFirst(report: Report): Finding[] {
  return rankedFindings(report).filter(
    ({ effect, severity }) => effect !== 'informs' || severity === 'error',
  );
}

/** The curve of the variant that stands for the strategy. */
export function curveOf(report: Report, { name, variant }: StrategySummary): Curve | null {
  const curves = report.curves.filter((curve) => curve.strategy === name);
  return curves.find((curve) => curve.variant === variant) ?? curves.at(0) ?? null;
}

export interface CurveTable {
  /** Sizes at which anything was measured, ascending. */
  sizes: number[];
  /** Size of the predicted column; null when the horizon was measured itself. */
  horizon: number | null;
  rows: { strategy: StrategyName; measured: (CurvePoint | null)[]; predicted: CurvePoint | null }[];
}

export function curveTable(report: Report): CurveTable | null {
  const curves = rankedStrategies(report).flatMap((summary) => curveOf(report, summary) ?? []);
  const sizes = [...new Set(curves.flatMap((curve) => curve.measured.map((point) => point.trainExamples)))];
  if (sizes.length === 0) return null;
  sizes.sort((a, b) => a - b);
  const horizon =
    report.verdict === null || report.verdict.horizon <= sizes.at(-1)! ? null : report.verdict.horizon;
  const at = (points: CurvePoint[], size: number | null): CurvePoint | null =>
    points.find((point) => point.trainExamples === size) ?? null;
  const rows = curves.map((curve) => ({
    strategy: curve.strategy,
    measured: sizes.map((size) => at(curve.measured, size)),
    predicted: at(curve.predicted, horizon),
  }));
  return { sizes, horizon: rows.some((row) => row.predicted !== null) ? horizon : null, rows };
}

/** Classes with test images, the pick's lowest recall first; without a pick in the classes' order. */
export function weakestClasses(report: Report): ClassResult[] {
  const choice = report.verdict?.choice ?? null;
  if (choice === null) return report.classes;
  const recall = (result: ClassResult): number => result.recall[choice] ?? 2;
  return [...report.classes].sort((a, b) => recall(a) - recall(b));
}
