import type { Report, ReportStatus } from '../report/types.js';
import type { StrategyName, Verdict } from '../verdict/types.js';

/** The run, repeated in each of its lines. */
export interface VerdictRun {
  /** `owner/name`; null: not on GitHub. */
  repository: string | null;
  /** The commit that was measured. */
  commit: string | null;
  pullRequest: number | null;
  /** Page of the run. */
  run: string | null;
}

/** One dataset in `verdicts.jsonl`; null: not known, or not measured. Fractions are of 1. */
export interface VerdictLine extends VerdictRun {
  schema: 'headstart/verdict-line/v1';
  dataset: string | null;
  path: string | null;
  images: number | null;
  /** ISO 8601. */
  createdAt: string;
  status: ReportStatus;
  family: Verdict['family'] | null;
  choice: StrategyName | null;
  confidence: number | null;
  /** Transfer minus scratch at the horizon. */
  gap: number | null;
  horizon: number | null;
  /** Of the strategy that the verdict leans to, at the largest size trained. */
  accuracy: number | null;
  expectedRegret: number | null;
  /** Against the base. */
  verdictChanged: boolean | null;
  /** Ids of what the checks found. */
  findings: string[];
  /** Cost of measuring. */
  seconds: number | null;
}

/** A line of JSON per dataset, to be collected from many repositories. Everything in it is in report.json too. */
export function verdictLines(reports: readonly Report[], run: VerdictRun): string {
  return reports.map((report) => `${JSON.stringify(lineOf(report, run))}\n`).join('');
}

function lineOf(report: Report, run: VerdictRun): VerdictLine {
  const { status, createdAt, dataset, verdict, strategies, findings, cost, baseline } = report;
  const leaning = strategies.find(({ name }) => name === verdict?.leaning);
  return {
    schema: 'headstart/verdict-line/v1',
    ...run,
    dataset: dataset?.name ?? null,
    path: dataset?.path ?? null,
    images: dataset?.samples ?? null,
    createdAt,
    status,
    family: verdict?.family ?? null,
    choice: verdict?.choice ?? null,
    confidence: verdict?.confidence ?? null,
    gap: verdict?.gap?.mean ?? null,
    horizon: verdict?.horizon ?? null,
    accuracy: leaning?.accuracy.mean ?? null,
    expectedRegret: verdict?.gap == null ? null : verdict.expectedRegret,
    verdictChanged: baseline?.verdictChanged ?? null,
    findings: findings.map(({ id }) => id),
    seconds: cost?.probe?.seconds ?? null,
  };
}
