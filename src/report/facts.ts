import type { Finding } from '../checks/finding.js';
import type {
  Curve,
  CurvePoint,
  FullRunCost,
  Interval,
  StrategyName,
  StrategySummary,
  Verdict,
} from '../verdict/model.js';
import { reachOf } from '../verdict/reach.js';
import type { ClassResult, Report } from './model.js';

/** What several forms of the report ask of it; nothing here is computed that is not in the report. */

/** What is known of a strategy at the size of the full run. */
export type AtHorizon =
  | { kind: 'measured' | 'predicted'; interval: Interval }
  /** It has not started to learn, or the full run is too far from what was measured: there is no number. */
  | { kind: 'asleep' | 'beyond'; interval: null };

export function atHorizon(
  { name, trainExamples, accuracy, predicted }: StrategySummary,
  { horizon, extrapolation, contender }: Verdict,
): AtHorizon {
  if (trainExamples >= horizon) return { kind: 'measured', interval: accuracy };
  if (predicted === null) return { kind: 'asleep', interval: null };
  // The gap stands on the contender, however far behind its family it was measured.
  const own = name === contender ? 1 : horizon / trainExamples;
  const isBeyond = reachOf(Math.max(extrapolation ?? 1, own)) === 'beyond';
  return isBeyond ? { kind: 'beyond', interval: null } : { kind: 'predicted', interval: predicted };
}

/** The choice, or what is leaned to, first; then by what is known of the full run, else of the size in common. */
export function rankedStrategies({ verdict, strategies }: Report): StrategySummary[] {
  const first = verdict?.choice ?? verdict?.leaning;
  const end = (one: StrategySummary) => (verdict && atHorizon(one, verdict).interval?.mean) ?? -1;
  const now = (one: StrategySummary) => (one.atCommonSize ?? one.accuracy).mean;
  return [...strategies].sort(
    (a, b) => Number(b.name === first) - Number(a.name === first) || end(b) - end(a) || now(b) - now(a),
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

/** Findings that should be fixed before the verdict is trusted. */
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

/** A strategy's curve: what was measured, and what may be said of the full run. */
export interface CurveRow {
  strategy: StrategyName;
  measured: CurvePoint[];
  /** null: the full run is measured, or too far, or the strategy has no curve yet. */
  predicted: Interval | null;
}

export function curveRows(report: Report): CurveRow[] {
  const { verdict } = report;
  return rankedStrategies(report).flatMap((summary) => {
    const curve = curveOf(report, summary);
    if (curve === null) return [];
    const end = verdict && atHorizon(summary, verdict);
    const predicted = end?.kind === 'predicted' ? end.interval : null;
    return [{ strategy: summary.name, measured: curve.measured, predicted }];
  });
}

/** Classes with test images, the pick's lowest recall first; without a pick in the classes' order. */
export function weakestClasses(report: Report): ClassResult[] {
  const choice = report.verdict?.choice ?? null;
  if (choice === null) return report.classes;
  const recall = (result: ClassResult): number => result.recall[choice] ?? 2;
  return [...report.classes].sort((a, b) => recall(a) - recall(b));
}
