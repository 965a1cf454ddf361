/** Whose comment holds a box: what comes of it belongs there, and the workflow that listens may be another one. */
import type { GitHub } from '../client.js';
import { at, type GitHubEvent } from '../events/event.js';
import { DEFAULT_BACKBONE } from './comment-key.js';
import { ADDED } from './publish.js';
import { parsedWorkflow, workflows } from '../workflows/workflow-files.js';

/** Key of the comment with the box that started the run; null: none did, or the comment is one that stays as it is. */
export function keyOfBox(event: GitHubEvent): string | null {
  return event.kind === 'tick' && !event.key.endsWith(ADDED) ? event.key : null;
}

/** Whose comments they are: the name of a workflow, and the backbone that it names. */
export interface CommentOwner {
  workflow: string;
  backbone: string;
}

/**
 * Whose comments get the results: this workflow's, or for a box those of the workflow on the default branch that has
 * the key of the box's comment for a dataset. `asked` is the backbone that the box asks for, `keysOf` gives the keys of
 * the datasets for an owner.
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
  const among = (workflow: string): CommentOwner | undefined =>
    backbones.map((backbone) => ({ workflow, backbone })).find((owner) => keysOf(owner).includes(key));
  const here = among(own.workflow);
  if (here !== undefined) return here;
  try {
    for await (const workflow of workflows(github, event.repository)) {
      const owner = among(nameOf(workflow));
      if (owner !== undefined) return owner;
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
