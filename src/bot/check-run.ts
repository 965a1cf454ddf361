/** The App's check run for a request, on the commit that is measured. */
import type { GitHub } from '../github/client.js';
import type { Request } from './requests.js';

const NAME = 'Headstart';

export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'timed_out';

/** The final content of a check run. */
export interface Ending {
  conclusion: Conclusion;
  title: string;
  /** Markdown, at most 65,535 bytes. */
  summary: string;
  /** Page of the run. */
  url: string | null;
}

/** Creates the check run, unless an earlier attempt may have created it. Returns its id. */
export async function queueCheckRun(github: GitHub, request: Request, mayExist: boolean): Promise<number> {
  const existing = mayExist ? await findCheckRun(github, request) : null;
  if (existing !== null) return existing;
  const { data } = await github.rest.checks.create({
    ...request.repository,
    name: NAME,
    head_sha: request.headSha,
    external_id: request.id,
    status: 'queued',
    output: {
      title: 'Waiting for a runner',
      summary: 'The workflow will measure this commit. The result will be here and in a comment.',
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
    check_name: NAME,
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

export async function endCheckRun(
  github: GitHub,
  { repository, checkRun }: Request,
  { conclusion, title, summary, url }: Ending,
): Promise<void> {
  if (checkRun === null) return;
  await github.rest.checks.update({
    ...repository,
    check_run_id: checkRun,
    status: 'completed',
    conclusion,
    ...link(url),
    output: { title, summary },
  });
}

function link(url: string | null): { details_url?: string } {
  return url !== null && /^https?:\/\/[\w.:/-]+$/u.test(url) ? { details_url: url } : {};
}
