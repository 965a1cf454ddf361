/** What a step writes for its runner: the log, the job summary and the outputs. */
import { basename } from 'node:path';
import * as core from '@actions/core';
import type { Report } from '../report/types.js';
import { plain } from '../report/escape.js';
import { MAX_MARKDOWN, renderMarkdown } from '../report/render/markdown.js';

/** Escapes the line: text from a repository must not become a workflow command. */
export function logLine(message: string): void {
  core.info(`headstart: ${plain(message)}`);
}

/** Appends the complete reports to the job summary. */
export async function writeSummary(reports: readonly Report[]): Promise<void> {
  const limit = Math.floor(MAX_MARKDOWN / Math.max(1, reports.length));
  await appendToSummary(reports.map((report) => renderMarkdown(report, limit)));
}

/** Adds a paragraph to the job summary. */
export async function addToSummary(markdown: string): Promise<void> {
  await appendToSummary([`\n${markdown}`]);
}

/** Not every runner has a job summary. */
async function appendToSummary(texts: readonly string[]): Promise<void> {
  try {
    for (const text of texts) core.summary.addRaw(text, true);
    await core.summary.write();
  } catch (error) {
    core.warning(`The job summary could not be written: ${(error as Error).message}`);
  }
}

/** Sets the verdict of the first dataset, and the paths of all report files, one per line. */
export function setOutputs(outcomes: readonly { report: Report; files: readonly string[] }[]): void {
  const verdict = outcomes.at(0)?.report.verdict ?? null;
  core.setOutput('recommendation', verdict?.choice ?? '');
  core.setOutput('family', verdict?.family ?? '');
  core.setOutput('confidence', verdict?.confidence ?? '');
  // Without a second family there is nothing to regret.
  core.setOutput('expected-regret', verdict?.gap == null ? '' : verdict.expectedRegret);
  const files = outcomes.flatMap((outcome) => outcome.files);
  const named = (name: string) => files.filter((file) => basename(file) === name).join('\n');
  core.setOutput('report-json', named('report.json'));
  core.setOutput('report-markdown', named('report.md'));
}
