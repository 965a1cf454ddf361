import { stepSchema } from '../generated/schemas.js';
import type { Report } from '../report/model.js';
import { strictly } from '../report/strict.js';
import { withoutNames } from '../report/without-names.js';
import { failures } from './exit.js';

/** What a step of the Action decided, step.json beside its reports: whoever posts them in another run goes by it. */
export interface StepRecord {
  schema: 'headstart/step/v1';
  /** `counts`: names of files may not be shown. */
  details: 'full' | 'counts';
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

export function stepFile(details: StepRecord['details'], causes: StepRecord['causes']): string {
  const record: StepRecord = { schema: 'headstart/step/v1', details, causes };
  return `${JSON.stringify(record, null, 2)}\n`;
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
