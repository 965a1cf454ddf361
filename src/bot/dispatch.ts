/** Dispatches the workflow for a request, and finds its run. */
import { isGone, UnexpectedResponse } from '../github/api-errors.js';
import type { GitHub } from '../github/client.js';
import type { Repository } from '../github/events/event.js';
import type { InstallationClients } from './installation-clients.js';
import type { Queue } from './queue.js';
import { nameOf, type Request, type Requests } from './requests.js';
import type { AppIdentity, ServerSettings } from './settings.js';
import { readRun, type WorkflowRun } from './tasks.js';

/** What tasks work with. */
export interface JobContext {
  clients: InstallationClients;
  queue: Queue;
  requests: Requests;
  identity: Pick<AppIdentity, 'workflow' | 'central'>;
  server: Pick<ServerSettings, 'serverUrl'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Without any event about a run for this long, the bot asks GitHub. */
export const LOOK_AFTER_MS = 90 * 60 * 1000;

/** Where the workflow runs. */
export interface Runner {
  github: GitHub;
  /** The default branch, which contains the workflow. */
  branch: string;
}

/** The client for the repository in which the workflow runs: `github`, unless there is a central one. */
export async function runnerClient(
  github: GitHub,
  { runner, repository }: { runner: Repository; repository: Repository },
  clients: InstallationClients,
): Promise<GitHub> {
  if (nameOf(runner) === nameOf(repository)) return github;
  return clients.forInstallation(await clients.installationOf(runner));
}

/** Null when the workflow does not exist, or is disabled. */
export async function findRunner(
  github: GitHub,
  runner: Repository,
  repository: Repository,
  { clients, identity }: JobContext,
): Promise<Runner | null> {
  const client = await runnerClient(github, { runner, repository }, clients);
  try {
    const { data } = await client.rest.actions.getWorkflow({ ...runner, workflow_id: identity.workflow });
    if (typeof data.state !== 'string') throw new UnexpectedResponse();
    if (data.state !== 'active') return null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
  const { data } = await client.rest.repos.get({ ...runner });
  return { github: client, branch: data.default_branch };
}

export async function dispatch(
  github: GitHub,
  request: Request,
  baseSha: string,
  { identity }: JobContext,
): Promise<void> {
  const { budgetSeconds, strategies, engine, backbone } = request.options;
  await github.rest.actions.createWorkflowDispatch({
    ...request.runner,
    workflow_id: identity.workflow,
    ref: request.branch,
    // The workflow chooses the value of an empty input.
    inputs: {
      repository: nameOf(request.repository),
      'pull-request': String(request.number),
      'head-sha': request.headSha,
      'base-sha': baseSha,
      request: request.id,
      budget: budgetSeconds === undefined ? '' : `${budgetSeconds}s`,
      strategies: strategies?.join(',') ?? '',
      engine: engine ?? '',
      backbone: backbone ?? '',
    },
  });
}

/** Pages of runs to search, newest first. */
const MAX_PAGES = 3;
const PER_PAGE = 100;

/** The run with the request in its title; null: there is none yet. */
export async function findRun(
  github: GitHub,
  request: Request,
  { identity }: Pick<JobContext, 'identity'>,
): Promise<WorkflowRun | null> {
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await github.rest.actions.listWorkflowRuns({
      ...request.runner,
      workflow_id: identity.workflow,
      event: 'workflow_dispatch',
      branch: request.branch,
      per_page: PER_PAGE,
      page,
    });
    const runs = data.workflow_runs.map((run) => readRun(run, identity.workflow));
    const found = runs.find((run) => run?.request === request.id);
    if (found != null) return found.run;
    if (data.workflow_runs.length < PER_PAGE) break;
  }
  return null;
}
