import { code, prose } from '../report/escape.js';
import type { GitHub } from './client.js';
import { type Command, parseCommand } from './command.js';
import { postSticky } from './comment.js';
import type { GitHubEvent } from './event.js';
import { explain } from './trouble.js';

export type CommandEvent = Extract<GitHubEvent, { kind: 'command' }>;
/** What a probe command asks for beyond the settings of the workflow. */
export type Wishes = Extract<Command, { kind: 'probe' }>['wishes'];

/** Whether a comment starts a probe; where it does not, it has been answered already, if it is to be. */
export type Admission =
  | { go: true; wishes: Wishes; headSha: string; baseSha: string; warnings: string[] }
  | { go: false; why: string; warnings: string[] };

/**
 * Lets a command through when it asks for a probe, its author may write here, and the commit that was checked out is
 * the head of the pull request as GitHub knows it now. Everything else gets one answer a pull request and kind.
 */
export async function admit(
  github: GitHub,
  event: CommandEvent,
  checkedOut: string | null,
): Promise<Admission> {
  try {
    const hearing = await hear(github, event);
    if (hearing.kind === 'none')
      return { go: false, why: 'The comment is no command of Headstart.', warnings: [] };
    if (hearing.kind === 'answer') return await answered(github, event, hearing);
    const { headSha, baseSha } = await commitsOf(github, event);
    if (checkedOut !== headSha) {
      return await answered(github, event, {
        about: 'stale',
        why: 'The commit that was checked out is not the head.',
        text: stale(headSha, checkedOut),
      });
    }
    return { go: true, wishes: hearing.wishes, headSha, baseSha, warnings: await acknowledge(github, event) };
  } catch (error) {
    return { go: false, why: 'GitHub did not answer.', warnings: [explain('answer the command', error)] };
  }
}

/** What becomes of a command: nothing, a measurement, or an answer, one a pull request and `about`. */
export type Hearing = { kind: 'none' } | { kind: 'probe'; wishes: Wishes } | ({ kind: 'answer' } & Answer);

export interface Answer {
  about: 'refused' | 'help' | 'unknown' | 'stale';
  /** For the log. */
  why: string;
  text: string;
}

/**
 * Reads a command and asks whether its author may write here; says nothing yet.
 * @throws what GitHub refuses.
 */
export async function hear(github: GitHub, event: CommandEvent): Promise<Hearing> {
  const command = parseCommand(event.line);
  if (command.kind === 'none') return { kind: 'none' };
  if (!(await mayWrite(github, event))) {
    return {
      kind: 'answer',
      about: 'refused',
      why: `${code(event.sender)} may not write here.`,
      text: refusal,
    };
  }
  switch (command.kind) {
    case 'help':
      return { kind: 'answer', about: 'help', why: 'The command asked for help.', text: help };
    case 'unknown': {
      const text = `Sorry. ${prose(command.problem)}\n\n${help}`;
      return { kind: 'answer', about: 'unknown', why: command.problem, text };
    }
    case 'probe':
      return { kind: 'probe', wishes: command.wishes };
  }
}

/** `write` covers maintainers, and `admin` owners; custom roles are mapped onto these by GitHub. */
async function mayWrite(github: GitHub, { repository, sender }: CommandEvent): Promise<boolean> {
  const { data } = await github.rest.repos.getCollaboratorPermissionLevel({
    ...repository,
    username: sender,
  });
  return data.permission === 'write' || data.permission === 'admin';
}

async function commitsOf(
  github: GitHub,
  { repository, number }: CommandEvent,
): Promise<{ headSha: string; baseSha: string }> {
  const { head, base } = (await github.rest.pulls.get({ ...repository, pull_number: number })).data;
  return { headSha: head.sha, baseSha: base.sha };
}

/** Eyes on the comment: seen, and being worked on. */
export async function acknowledge(
  github: GitHub,
  { repository, commentId }: CommandEvent,
): Promise<string[]> {
  try {
    await github.rest.reactions.createForIssueComment({
      ...repository,
      comment_id: commentId,
      content: 'eyes',
    });
    return [];
  } catch (error) {
    return [explain('react to the comment', error)];
  }
}

async function answered(
  github: GitHub,
  { repository, number }: CommandEvent,
  { about, why, text }: Answer,
): Promise<Admission> {
  const posting = await postSticky(github, { ...repository, number }, answer(about, text));
  return { go: false, why, warnings: posting.state === 'refused' ? [posting.warning] : [] };
}

/** An answer with its marker; `kind` tells answers on one pull request apart. */
export function answer(kind: string, text: string): string {
  return `<!-- headstart:answer key=${kind} schema=1 -->\n\n${text}\n`;
}

const help = `**Headstart** measures on the images of this pull request whether to start from a pre-trained model or from scratch.

| Comment | What happens |
|:--|:--|
| \`/headstart probe\` | measures with the settings of the workflow |
| \`/headstart probe budget=10m\` | takes this long: \`40s\`, \`5m\`, \`1h\` |
| \`/headstart probe strategies=frozen,scratch\` | compares only these; there are \`frozen\`, \`fine-tune\`, \`hybrid\`, \`scratch\` |
| \`/headstart probe engine=wasm\` | trains on this engine: \`auto\`, \`tensorflow\`, \`wasm\` |
| \`/headstart help\` | shows this |

Commands are for people with write access, one a comment, in its first line.`;

const refusal =
  'Thank you for asking. **Headstart** measures only for people with write access to this repository, because it takes time on its runners; one of them can comment `/headstart probe`.';

function stale(headSha: string, checkedOut: string | null): string {
  const there =
    checkedOut === null
      ? 'could not tell which commit is checked out'
      : `found ${code(checkedOut.slice(0, 7))} checked out`;
  return `**Headstart** measured nothing: the head of this pull request is ${code(headSha.slice(0, 7))}, and it ${there}. Comment \`/headstart probe\` again; when that does not help, let the workflow check out \`refs/pull/\${{ github.event.issue.number }}/head\`.`;
}
