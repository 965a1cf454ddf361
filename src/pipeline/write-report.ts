import type { Outcome } from './run.js';
import { writeOutputs } from './outputs.js';
import { measurementsOf } from '../probe/measurements.js';
import { inOrder } from '../probe/outcomes.js';
import { blockingFinding, type Reportable } from '../probe/stages.js';
import { assembleReport, type Comparison } from '../report/assemble.js';
import { snapshotOf } from '../report/snapshot.js';
import type { RunFacts } from '../report/receipt.js';
import type { Report } from '../report/types.js';
import { analyze } from '../verdict/analyze.js';

/** What a report needs besides the measurements, and where it goes. */
export interface Publication {
  workers: number;
  facts: RunFacts;
  directory: string;
  /** What is known of the base; null: not compared. */
  comparison: Comparison | null;
  /** Shows the report before it is written: a full disk must not lose it. */
  show: (report: Report) => void;
}

/** Analyzes the measurements, shows the report and writes its files. */
export function publishState(
  unsorted: Reportable,
  { workers, facts, directory, comparison, show }: Publication,
  status: Report['status'],
  reason: string | null,
  draws?: number,
): Outcome {
  const state = { ...unsorted, outcomes: inOrder(unsorted.outcomes) };
  // After an alarm the measurements mean nothing, so no verdict is made of them.
  const shown = blockingFinding(state) === undefined ? state : { ...state, outcomes: [] };
  const measurements = measurementsOf(shown, workers, facts.settings);
  const analysis =
    measurements.measurements.length === 0
      ? null
      : analyze(measurements, draws === undefined ? {} : { draws });
  const digest = analysis && snapshotOf(state, analysis, facts, comparison?.data ?? null);
  const report = assembleReport({
    state,
    analysis,
    status,
    statusReason: reason,
    facts,
    comparison,
    snapshot: digest,
  });
  show(report);
  return { report, digest, ...writeOutputs(directory, report, measurements) };
}
