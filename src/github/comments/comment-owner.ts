/** Finds the workflow whose comment contains a box: its comment gets the results, even if another workflow runs. */
import type { GitHub } from '../client.js';
import { at, type GitHubEvent } from '../events/event.js';
import { parsedWorkflow, workflows } from '../workflows.js';
import { DEFAULT_BACKBONE } from './comment-key.js';
import { ADDED } from './post-reports.js';

/** Key of the comment with the ticked box; null: there is none, or the comment is never updated. */
export function keyOfBox(event: GitHubEvent): string | null {
  return event.kind === 'tick' && !event.key.endsWith(ADDED) ? event.key : null;
}

/** A workflow by name, and the backbone that it sets. */
export interface CommentOwner {
  workflow: string;
  backbone: string;
}

/**
 * Whose comments get the results: this workflow's, or for a box those of the workflow on the default branch that
 * gives a dataset the key of the box's comment.
 * @param asked the backbone in the command of the box.
 * @param keysOf the keys of the datasets for an owner.
 */
export async function ownerOfComments(
  github: GitHub | null,
  event: GitHubEvent,
  own: CommentOwner,
  asked: string,
  keysOf: (owner: CommentOwner) => readonly string[],
): Promise<CommentOwner> {
  if (github === null || event.kind !== 'tick') return own;
  const key = event.key.endsWith(ADDED) ? event.key.slice(0, -ADDED.length) : event.key;
  const backbones = [own.backbone, asked, DEFAULT_BACKBONE];
  const ownerIn = (workflow: string): CommentOwner | undefined =>
    backbones.map((backbone) => ({ workflow, backbone })).find((owner) => keysOf(owner).includes(key));
  const here = ownerIn(own.workflow);
  if (here !== undefined) return here;
  try {
    for await (const workflow of workflows(github, event.repository)) {
      const owner = ownerIn(nameOf(workflow));
      if (owner !== undefined) return owner;
    }
  } catch {
    // Without permission to read workflows, assume there are no others.
  }
  return own;
}

/** GitHub uses the path as the name of a workflow without one. */
function nameOf({ path, text }: { path: string; text: string }): string {
  const name = at(parsedWorkflow(text), 'name');
  return typeof name === 'string' ? name : path;
}
