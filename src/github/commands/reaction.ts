/** Reactions to the comment that holds a command: they say how far it is. */
import type { GitHub } from '../client.js';
import type { GitHubEvent } from '../events/event.js';
import { explain } from '../api-errors.js';

/** Seen and being worked on; measured; answered; neither. */
export type Reaction = 'eyes' | 'rocket' | '+1' | 'confused';

/** Reacts where there is a command; what GitHub refuses comes back as a warning. */
export async function react(github: GitHub | null, event: GitHubEvent, content: Reaction): Promise<string[]> {
  // A box shows by itself how far it is, and no other event has a comment.
  if (github === null || event.kind !== 'command') return [];
  const { repository, commentId } = event;
  try {
    await github.rest.reactions.createForIssueComment({ ...repository, comment_id: commentId, content });
    return [];
  } catch (error) {
    return [explain('react to the comment', error)];
  }
}
