import type { GitHub } from '../github/client.js';
import type { Request } from './requests.js';

/** The check run of a request, on the commit that is measured. */
export const checkName = 'Headstart';

export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'timed_out';

/** What a check run shows in the end. */
export interface Ending {
  conclusion: Conclusion;
  title: string;
  /** Markdown, at most 65,535 bytes. */
  summary: string;
  /** Page of the run. */
  url: string | null;
}

/**
 * Makes the check run, or finds the one that an earlier attempt made before it was stopped.
 * @returns its id.
 */
export async function openCheckRun(github: GitHub, request: Request, mayBeThere: boolean): Promise<number> {
  const there = mayBeThere ? await findCheckRun(github, request) : null;
  if (there !== null) return there;
  const { data } = await github.rest.checks.create({
    ...request.repository,
    name: checkName,
    head_sha: request.headSha,
    external_id: request.id,
    status: 'queued',
    output: {
      title: 'Waiting for a runner',
      summary: 'The workflow was asked to measure this commit. The result will be here and in a comment.',
    },
  });
  return data.id;
}

export async function findCheckRun(
  github: GitHub,
  { repository, headSha, id }: Request,
): Promise<number | null> {
  const { data } = await github.rest.checks.listForRef({
    ...repository,
    ref: headSha,
    check_name: checkName,
    filter: 'all',
    per_page: 100,
  });
  return data.check_runs.find((run) => run.external_id === id)?.id ?? null;
}

export async function showRunning(github: GitHub, request: Request, url: string): Promise<void> {
  if (request.checkRun === null) return;
  await github.rest.checks.update({
    ...request.repository,
    check_run_id: request.checkRun,
    status: 'in_progress',
    ...link(url),
    output: { title: 'Measuring', summary: 'The workflow is running.' },
  });
}

export async function endCheckRun(github: GitHub, request: Request, ending: Ending): Promise<void> {
  if (request.checkRun === null) return;
  const { conclusion, title, summary, url } = ending;
  await github.rest.checks.update({
    ...request.repository,
    check_run_id: request.checkRun,
    status: 'completed',
    conclusion,
    ...link(url),
    output: { title, summary },
  });
}

function link(url: string | null): { details_url?: string } {
  return url !== null && /^https?:\/\/[\w.:/-]+$/u.test(url) ? { details_url: url } : {};
}
