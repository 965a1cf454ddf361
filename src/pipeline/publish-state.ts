import type { Outcome } from './run.js';
import { writeOutputs } from './outputs.js';
import { blockingIn } from '../probe/checked-split.js';
import { inOrder } from '../probe/ends.js';
import { measurementsOf } from '../probe/measurements.js';
import type { ProbeState } from '../probe/state.js';
import { assembleReport, type Comparison } from '../report/assemble.js';
import { snapshotOf } from '../report/snapshot.js';
import type { RunFacts } from '../report/receipt.js';
import type { Report } from '../report/types.js';
import { analyze } from '../verdict/analyze.js';

/** What a report says besides what the state holds, and where it goes. */
export interface Publication {
  workers: number;
  facts: RunFacts;
  directory: string;
  /** What is known of the base; null: not compared. */
  comparison: Comparison | null;
  /** Shows the report before it is written: a full disk takes nothing that was measured. */
  show: (report: Report) => void;
}

/** Analyses what has been measured, shows the report and writes every form of it. */
export function publishState(
  unsorted: ProbeState,
  { workers, facts, directory, comparison, show }: Publication,
  status: Report['status'],
  reason: string | null,
  draws?: number,
): Outcome {
  const state = { ...unsorted, ends: inOrder(unsorted.ends) };
  // What was measured before an alarm shows nothing, and nobody should read a verdict out of it.
  const shown = blockingIn(state) === undefined ? state : { ...state, ends: [] };
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
