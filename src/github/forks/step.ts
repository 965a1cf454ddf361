import { stepSchema } from '../../generated/schemas.js';
import type { Report } from '../../report/types.js';
import { strictly } from '../../report/validate.js';
import { withoutNames } from '../../report/without-names.js';
import { failures } from '../failures.js';
import { DEFAULT_BACKBONE } from '../comments/comment-key.js';

/** What a step of the Action decided, step.json beside its reports: whoever posts them in another run goes by it. */
export interface StepRecord {
  schema: 'headstart/step/v1';
  /** `counts`: names of files may not be shown. */
  details: 'full' | 'counts';
  /** The input `backbone`; absent: an older version left it. */
  backbone?: string;
  /** Why the step fails, a sentence each; empty: it passes; null: it has not ended. */
  causes: string[] | null;
}

/** What an artifact holds. */
export interface Accepted {
  reports: Report[];
  /** Empty: an older version left it, or the step ended early. */
  steps: StepRecord[];
}

let checked: ((value: unknown) => unknown) | undefined;

/**
 * Takes parsed JSON for the record of a step when it is one to the last key.
 * @throws Error with one sentence naming the first place that is not as it may be.
 */
export function strictStep(value: unknown): StepRecord {
  checked ??= strictly(stepSchema);
  return checked(value) as StepRecord;
}

export function stepFile(step: Omit<StepRecord, 'schema'>): string {
  const record: StepRecord = { schema: 'headstart/step/v1', ...step };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The input `backbone` with which the reports of an artifact were measured, where its steps agree. */
export function backboneOf({ steps }: Accepted): string {
  const named = new Set(steps.map(({ backbone }) => backbone ?? DEFAULT_BACKBONE));
  return named.size === 1 ? [...named][0] : DEFAULT_BACKBONE;
}

/** The reports as they may be shown where `details` allows names, and no step forbids them. */
export function shown({ reports, steps }: Accepted, details: StepRecord['details']): Report[] {
  const countsOnly = details === 'counts' || steps.some((step) => step.details === 'counts');
  return countsOnly ? reports.map(withoutNames) : reports;
}

/**
 * Why the run that left these reports fails, a sentence each: as its steps decided, as the reports themselves tell, and
 * never nothing where the run failed. Empty: it passes.
 * @param ended why the run itself is no success, in a sentence; null: it is one.
 */
export function causesOf(
  reports: readonly Report[],
  steps: readonly StepRecord[],
  failOn: readonly string[],
  ended: string | null,
): string[] {
  const said = steps.flatMap(({ causes }) => causes ?? ['The step was stopped before it ended.']);
  const causes = [...new Set([...said, ...failures(reports, failOn)])];
  return causes.length === 0 && ended !== null ? [ended] : causes;
}
