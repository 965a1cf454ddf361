import type { GitHub } from './client.js';
import type { Repository } from './event.js';
import { workflowTexts } from './workflow-files.js';

/** Whether a workflow on the default branch runs for comments, and names Headstart's commands or boxes. */
export async function listensToComments(github: GitHub, repository: Repository): Promise<boolean> {
  try {
    for await (const text of workflowTexts(github, repository)) {
      if (/^[^#\n]*\bissue_comment\b/mu.test(text) && /headstart/iu.test(text)) return true;
    }
    return false;
  } catch {
    return false;
  }
}
