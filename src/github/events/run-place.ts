/** The current run, from the environment of the runner. */
export interface RunPlace {
  /** For example `https://github.com`. */
  serverUrl: string;
  apiUrl: string;
  /** `owner/name`; null: not on GitHub. */
  repository: string | null;
  /** Page of the run; null: unknown. */
  runUrl: string | null;
  /** 1 for a run's first attempt. */
  attempt: number;
  /** Name of the workflow; empty: unknown. */
  workflow: string;
  /** File of the workflow in this repository; null: it is in another one, or unknown. */
  workflowFile: string | null;
}

export function runPlace(environment: NodeJS.ProcessEnv): RunPlace {
  const { GITHUB_SERVER_URL, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_WORKFLOW } =
    environment;
  const serverUrl = (GITHUB_SERVER_URL ?? 'https://github.com').replace(/\/+$/u, '');
  const repository = GITHUB_REPOSITORY ?? null;
  return {
    serverUrl,
    apiUrl: GITHUB_API_URL ?? 'https://api.github.com',
    repository,
    runUrl:
      GITHUB_RUN_ID === undefined || repository === null
        ? null
        : `${serverUrl}/${repository}/actions/runs/${GITHUB_RUN_ID}`,
    attempt: Number(environment['GITHUB_RUN_ATTEMPT'] ?? 1),
    workflow: GITHUB_WORKFLOW ?? '',
    workflowFile: fileOf(environment['GITHUB_WORKFLOW_REF'] ?? '', repository),
  };
}

/** Parses `owner/name/.github/workflows/x.yml@refs/heads/main`. */
function fileOf(reference: string, repository: string | null): string | null {
  const path = reference.split('@', 1)[0];
  return repository !== null && path.startsWith(`${repository}/`) ? path.slice(repository.length + 1) : null;
}

/** The run that a page belongs to. */
export function runIdIn(runUrl: string | null): number | null {
  const digits = /\/actions\/runs\/(\d{1,15})$/u.exec(runUrl ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}
