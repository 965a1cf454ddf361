import type { Finding } from '../checks/finding.js';
import type {
  Curve,
  CurvePoint,
  FullRunCost,
  Interval,
  StrategyName,
  StrategySummary,
  Verdict,
} from '../verdict/types.js';
import { reachOf } from '../verdict/sentences.js';
import type { ClassResult, Report } from './types.js';

/** Orders and selections of a report's contents that several of its forms share. */

/** What is known about a strategy at the size of the full run. */
export type AtHorizon =
  | { kind: 'measured' | 'predicted'; interval: Interval }
  /** There is no number: it has not started to learn, or the full run is too far from what was measured. */
  | { kind: 'asleep' | 'beyond'; interval: null };

export function atHorizon(
  { name, trainExamples, accuracy, predicted }: StrategySummary,
  { horizon, extrapolation, contender }: Verdict,
): AtHorizon {
  if (trainExamples >= horizon) return { kind: 'measured', interval: accuracy };
  if (predicted === null) return { kind: 'asleep', interval: null };
  // The gap rests on the contender, even if it was measured less far than its family.
  const own = name === contender ? 1 : horizon / trainExamples;
  const isBeyond = reachOf(Math.max(extrapolation ?? 1, own)) === 'beyond';
  return isBeyond ? { kind: 'beyond', interval: null } : { kind: 'predicted', interval: predicted };
}

/** The choice or the leaning strategy first, then by accuracy in the full run, then by accuracy at the common size. */
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

/** Findings that block first, then those that weaken the verdict, then the rest. */
export function rankedFindings(report: Pick<Report, 'findings'>): Finding[] {
  const weight = { blocks: 0, weakens: 1, informs: 2 };
  const severity = { error: 0, warning: 1, info: 2 };
  return [...report.findings].sort(
    (a, b) => weight[a.effect] - weight[b.effect] || severity[a.severity] - severity[b.severity],
  );
}

/** Findings to fix before trusting the verdict. */
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

/** A strategy's curve: what was measured, and what is predicted for the full run. */
export interface CurveRow {
  strategy: StrategyName;
  measured: CurvePoint[];
  /** null: the full run was measured or is too far, or the strategy has no curve yet. */
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

/** Classes by the recall of the pick, the lowest first; in their own order where there is no pick. */
export function weakestClasses(report: Report): ClassResult[] {
  const choice = report.verdict?.choice ?? null;
  if (choice === null) return report.classes;
  const recall = (result: ClassResult): number => result.recall[choice] ?? 2;
  return [...report.classes].sort((a, b) => recall(a) - recall(b));
}
