import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { aReport } from '../report/fixture.js';
import type { Report } from '../../src/report/types.js';
import type { Step, Workspace } from './workspace.js';

/** The Action with everything around measuring and no measuring. */
export const quickStep = '__tests__/fixtures/quick-step.mjs';

/** A step that has these reports for pull request 7, whose head is the commit that is checked out. */
export function stepWith(
  reports: readonly Report[],
  { workspace, apiUrl, commit }: { workspace: Workspace; apiUrl: string; commit: string },
  change: Partial<Step> = {},
): Step {
  const file = join(workspace.runner, 'reports.json');
  writeFileSync(file, JSON.stringify(reports));
  return {
    apiUrl,
    eventName: 'pull_request',
    event: pullRequest(commit),
    ...change,
    inputs: { path: 'data', baseline: 'off', cache: 'false', 'github-token': 't', ...change.inputs },
    environment: { REPORTS: file, ...change.environment },
  };
}

export function reportOf(name: string, changes: Partial<Report> = {}): Report {
  return aReport({ ...changes, dataset: { ...aReport().dataset!, name } });
}

/** A maintainer's comment on pull request 7. */
export function command(body: string): unknown {
  const payload = example('issue_comment', 'created');
  return {
    ...payload,
    issue: { ...payload['issue'], number: 7, pull_request: { url: '' } },
    comment: { ...payload['comment'], id: 5, body, user: { login: 'octocat', type: 'User' } },
  };
}

function pullRequest(commit: string): unknown {
  const payload = example('pull_request', 'opened') as {
    pull_request: { number: number; head: { sha: string } };
  };
  payload.pull_request.number = 7;
  payload.pull_request.head.sha = commit;
  return payload;
}

/** One of GitHub's own example payloads. */
function example(name: string, action: string): Record<string, object> {
  const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
    name: string;
    examples: (Record<string, object> & { action?: unknown })[];
  }[];
  const { examples } = stored.find((webhook) => webhook.name === name)!;
  return structuredClone(examples.find((one) => one.action === action)!);
}
