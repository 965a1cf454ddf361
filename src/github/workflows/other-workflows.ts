import type { GitHub } from '../client.js';
import { at, type Repository } from '../events/event.js';
import { parsedWorkflow, workflowTexts } from './workflow-files.js';

/** Whether a workflow on the default branch runs for comments and their edits, and names Headstart's commands or boxes. */
export async function listensToComments(github: GitHub, repository: Repository): Promise<boolean> {
  try {
    for await (const text of workflowTexts(github, repository)) {
      if (/headstart/iu.test(text) && hearsEdits(parsedWorkflow(text))) return true;
    }
    return false;
  } catch {
    return false;
  }
}

/** A box is ticked by an edit, which a workflow for comments may leave out; without `types` it hears all. */
function hearsEdits(workflow: unknown): boolean {
  const on = at(workflow, 'on');
  if (on === 'issue_comment' || (Array.isArray(on) && on.includes('issue_comment'))) return true;
  const comments = at(on, 'issue_comment');
  const types = at(comments, 'types');
  return comments !== undefined && (types === undefined || [types].flat().includes('edited'));
}
