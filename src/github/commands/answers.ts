/** The texts that answer commands. */
import { stateIn } from '../../report/comment-state.js';
import { code } from '../../report/escape.js';
import { renderExplanation } from '../../report/render/explanation.js';
import type { GitHub } from '../client.js';
import { type Conversation, reportComments } from '../comments/comment.js';
import { runIdIn } from '../events/run-place.js';
import { boxesIn } from './checkbox.js';
import { BACKBONES } from './command.js';

/** An answer with its marker. There is one per pull request and `kind`. */
export function answer(kind: string, text: string): string {
  return `<!-- headstart:answer key=${kind} schema=1 -->\n\n${text}\n`;
}

export const help = `**Headstart** measures on the images of this pull request whether to start from a pre-trained model or from scratch.

| Comment | What happens |
|:--|:--|
| \`/headstart probe\` | measures with the settings of the workflow |
| \`/headstart probe budget=10m\` | takes this long: \`40s\`, \`5m\`, \`1h\` |
| \`/headstart probe strategies=frozen,scratch\` | compares only these of \`frozen\`, \`fine-tune\`, \`hybrid\`, \`scratch\` |
| \`/headstart probe engine=wasm\` | uses this engine: \`auto\`, \`tensorflow\`, \`wasm\` |
| \`/headstart probe backbone=auto\` | uses this backbone: ${BACKBONES.map((name) => `\`${name}\``).join(', ')} |
| \`/headstart probe @0123abc\` | measures only if this is still the newest commit; at least 7 digits |
| \`/headstart explain\` | explains the verdict and what would change it |
| \`/headstart inspect\` | reads and checks the images, without training |
| \`/headstart cancel\` | cancels the measurements of this pull request |
| \`/headstart help\` | shows this |

Commands need write access. Write one per comment, in its first line. Ticking a box in a report is a command, too.`;

export const refusal =
  'Thank you for asking. **Headstart** measures only for people with write access to this repository, because it uses its runners; one of them can comment `/headstart probe`.';

export function stale(headSha: string, checkedOut: string | null): string {
  const found =
    checkedOut === null
      ? 'it could not tell which commit is checked out'
      : `${code(checkedOut.slice(0, 7))} is checked out`;
  return `**Headstart** measured nothing: the head of this pull request is ${code(headSha.slice(0, 7))}, but ${found}. Comment \`/headstart probe\` again; if that does not help, let the workflow check out \`refs/pull/\${{ github.event.issue.number }}/head\`.`;
}

/** The command names a commit that is not the head. */
export function notTheHead(headSha: string, commit: string): string {
  return `**Headstart** measured nothing: the command names ${code(commit)}, but the head of this pull request is ${code(headSha.slice(0, 7))}. Look at what has changed, and comment \`/headstart probe @${headSha.slice(0, 7)}\` or, for the newest commit, \`/headstart probe\`.`;
}

/**
 * The answer to `explain`, from our reports on the pull request.
 * @param author login that we write as.
 * @param runUrl page of a run in this repository; null: unknown.
 * @throws what GitHub refuses.
 */
export async function explanationOf(
  github: GitHub,
  place: Conversation,
  author: string,
  runUrl: string | null,
): Promise<string> {
  const comments = await reportComments(github, place, author);
  return renderExplanation(
    comments.map(({ url, body }) => ({
      state: stateIn(body),
      url,
      next: boxesIn(body).map(({ command }) => command),
      runUrl: linkedRun(body, runUrl),
    })),
  );
}

/** The run that a report links to. Ignores links that do not point to this repository. */
function linkedRun(body: string, known: string | null): string | null {
  const runs = known?.replace(/\d+$/u, '');
  const visible = body.slice(0, Math.max(0, body.lastIndexOf('<!-- headstart:state ')));
  const url = [...visible.matchAll(/\[the run\]\((\S+?)\)/gu)].at(-1)?.[1];
  return runs !== undefined && url?.startsWith(runs) === true && runIdIn(url) !== null ? url : null;
}
