import { prose } from '../../report/escape.js';
import type { GitHub } from '../client.js';
import { at, type Repository } from '../events/event.js';
import { isGone } from '../api-errors.js';
import { parsedWorkflow, workflowFolder, workflowTexts } from './workflow-files.js';

/**
 * A run from a fork may not post. The workflow that posts for it has to be on the default branch, and where it is
 * missing nothing happens at all: so the first run looks, and says what will happen.
 */

/** `deaf`: it is there, and waits for workflows of other names. */
export type SecondWorkflow = 'listening' | 'deaf' | 'missing' | 'unknown';

const example = 'examples/workflows/headstart-comment.yml';

/** Looks for it on the default branch; never throws. `workflow` is the name of the first one. */
export async function findSecondWorkflow(
  github: GitHub,
  repository: Repository,
  workflow: string,
): Promise<SecondWorkflow> {
  let found: SecondWorkflow = 'missing';
  try {
    for await (const text of workflowTexts(github, repository)) {
      const state = judge(text, workflow);
      if (state === 'listening') return state;
      if (state === 'deaf') found = state;
    }
    return found;
  } catch (error) {
    // GitHub keeps no empty folders: without workflows there is none.
    return isGone(error) || found === 'deaf' ? found : 'unknown';
  }
}

/** What the log and the summary of the first run say. */
export function waitingFor(state: SecondWorkflow, workflow: string): string {
  switch (state) {
    case 'listening':
      return 'The result is posted when the second workflow, which is on the default branch, has checked it. Until then it is in the job summary.';
    case 'deaf':
      return `The result is not posted: the second workflow on the default branch waits for workflows of other names. Add "${workflow}" to its \`workflows\`. The result is in the job summary and in the artifact.`;
    case 'missing':
      return `The result is not posted: the second workflow is missing on the default branch. Copy ${example} of Headstart to ${workflowFolder}/headstart-comment.yml there. The result is in the job summary and in the artifact.`;
    case 'unknown':
      return `The result is posted when a second workflow on the default branch has checked it, if there is one (${example} of Headstart). It is in the job summary and in the artifact.`;
  }
}

/** The same as the state of the run in its job summary. */
export function waitingMarkdown(state: SecondWorkflow, workflow: string): string {
  const sign = state === 'listening' || state === 'unknown' ? '⏳' : '🟡';
  return `${sign} **Headstart has measured.** ${prose(waitingFor(state, workflow))}`;
}

function judge(text: string, workflow: string): SecondWorkflow {
  if (!/^[^#\n]*\bworkflow_run\b/mu.test(text) || !/^[^#\n]*\bmode:\s*['"]?comment\b/mu.test(text))
    return 'missing';
  const names = at(parsedWorkflow(text), 'on', 'workflow_run', 'workflows');
  if (names === undefined) return 'listening';
  return [names].flat().includes(workflow) ? 'listening' : 'deaf';
}
