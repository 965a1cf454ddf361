import { stepSchema } from '../../generated/schemas.js';
import type { Report } from '../../report/types.js';
import { strictly } from '../../report/validate.js';
import { withoutNames } from '../../report/without-names.js';
import { DEFAULT_BACKBONE } from '../comments/comment-key.js';
import { failureCauses } from '../fail-on.js';

/** What a step of the Action decided: step.json beside its reports, for the run that posts them. */
export interface StepRecord {
  schema: 'headstart/step/v1';
  /** `counts`: file names may not be shown. */
  details: 'full' | 'counts';
  /** The input `backbone`; absent: written by an older version. */
  backbone?: string;
  /** Why the step fails, one sentence each; empty: it passes; null: it has not ended. */
  causes: string[] | null;
}

/** The content of an artifact. */
export interface MeasuredReports {
  reports: Report[];
  /** Empty: written by an older version, or the step ended early. */
  steps: StepRecord[];
}

let validate: ((value: unknown) => unknown) | undefined;

/**
 * Validates parsed JSON strictly: unknown keys are errors.
 * @throws Error naming the first error in one sentence.
 */
export function strictStep(value: unknown): StepRecord {
  validate ??= strictly(stepSchema);
  return validate(value) as StepRecord;
}

export function stepFile(step: Omit<StepRecord, 'schema'>): string {
  const record: StepRecord = { schema: 'headstart/step/v1', ...step };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** The input `backbone` of an artifact, if its steps agree. */
export function backboneOf({ steps }: MeasuredReports): string {
  const backbones = new Set(steps.map(({ backbone }) => backbone ?? DEFAULT_BACKBONE));
  return backbones.size === 1 ? [...backbones][0] : DEFAULT_BACKBONE;
}

/** The reports, without file names unless `details` and all steps allow them. */
export function shown({ reports, steps }: MeasuredReports, details: StepRecord['details']): Report[] {
  const countsOnly = details === 'counts' || steps.some((step) => step.details === 'counts');
  return countsOnly ? reports.map(withoutNames) : reports;
}

/**
 * Why the run that left these reports fails, one sentence each; empty: it passes. The causes come from its steps, from
 * the reports, and from the run itself if there are no others.
 * @param ended why the run itself failed, in a sentence; null: it succeeded.
 */
export function causesOf(
  reports: readonly Report[],
  steps: readonly StepRecord[],
  failOn: readonly string[],
  ended: string | null,
): string[] {
  const recorded = steps.flatMap(({ causes }) => causes ?? ['The step was stopped before it ended.']);
  const causes = [...new Set([...recorded, ...failureCauses(reports, failOn)])];
  return causes.length === 0 && ended !== null ? [ended] : causes;
}
