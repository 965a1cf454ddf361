/** Whose comment holds a box: what comes of it belongs there, and the workflow that listens may be another one. */
import type { GitHub } from './client.js';
import { at, type GitHubEvent } from './event.js';
import { ADDED } from './publish.js';
import { parsedWorkflow, workflows } from './workflow-files.js';

/** Key of the comment with the box that started the run; null: none did, or the comment is one that stays as it is. */
export function keyOfBox(event: GitHubEvent): string | null {
  return event.kind === 'tick' && !event.key.endsWith(ADDED) ? event.key : null;
}

/**
 * Name of the workflow whose comments get the results: this one, or for a box the one of the default branch that has
 * its comment's key for a dataset. `keysOf` gives the keys of the datasets for a workflow.
 */
export async function workflowOfComments(
  github: GitHub | null,
  event: GitHubEvent,
  own: string,
  keysOf: (workflow: string) => readonly string[],
): Promise<string> {
  if (github === null || event.kind !== 'tick') return own;
  const key = event.key.endsWith(ADDED) ? event.key.slice(0, -ADDED.length) : event.key;
  if (keysOf(own).includes(key)) return own;
  try {
    for await (const workflow of workflows(github, event.repository)) {
      const name = nameOf(workflow);
      if (keysOf(name).includes(key)) return name;
    }
  } catch {
    // Without a right to look, it is as if there were none.
  }
  return own;
}

/** GitHub calls a workflow without a name by its path. */
function nameOf({ path, text }: { path: string; text: string }): string {
  const name = at(parsedWorkflow(text), 'name');
  return typeof name === 'string' ? name : path;
}
