import { code, prose } from '../../report/escape.js';
import { untick } from './box.js';
import type { GitHub } from '../client.js';
import { BACKBONES, type Command, type Errand, parseCommand } from './command.js';
import { postSticky, rewrite } from '../comments/comment.js';
import { at, type GitHubEvent, type Repository } from '../events/event.js';
import { pullOf } from '../pull.js';
import { react } from './reaction.js';
import { explain, SenselessAnswer } from '../api-errors.js';

/** A comment with a command, or a ticked box, which holds one. */
export type CommandEvent = Extract<GitHubEvent, { kind: 'command' | 'tick' }>;
/** What a probe command asks for beyond the settings of the workflow. */
export type Wishes = Extract<Command, { kind: 'probe' }>['wishes'];

/** What a comment starts; where it starts nothing, it has been answered already, if it is to be. */
export type Admission =
  | { go: 'probe'; wishes: Wishes; headSha: string; baseSha: string; warnings: string[] }
  | { go: Errand; headSha: string; warnings: string[] }
  | { go: false; why: string; warnings: string[] };

/**
 * Lets a command through when its author may write here, and the commit that was checked out, where it matters, is
 * the head of the pull request as GitHub knows it now. Everything else gets one answer a pull request and kind. A box
 * that was ticked is opened again, whatever comes of it.
 */
export async function admit(
  github: GitHub,
  event: CommandEvent,
  checkedOut: string | null,
): Promise<Admission> {
  try {
    if (event.kind === 'tick' && !(await reopened(github, event)))
      return { go: false, why: 'The comment with the box is not ours.', warnings: [] };
    const hearing = await hear(github, event);
    if (hearing.kind === 'none')
      return { go: false, why: 'The comment is no command of Headstart.', warnings: [] };
    if (hearing.kind === 'answer') return await answered(github, event, hearing);
    const { headSha, baseSha } = await pullOf(github, event.repository, event.number);
    const trouble = staleness(hearing, headSha, checkedOut);
    if (trouble !== null) return await answered(github, event, trouble);
    const warnings = await acknowledge(github, event);
    return hearing.kind === 'probe'
      ? { go: 'probe', wishes: hearing.wishes, headSha, baseSha, warnings }
      : { go: hearing.kind, headSha, warnings };
  } catch (error) {
    return { go: false, why: 'GitHub did not answer.', warnings: [explain('answer the command', error)] };
  }
}

/** What becomes of a command: nothing, a measurement, an errand, or an answer, one a pull request and `about`. */
export type Hearing =
  | { kind: 'none' }
  | { kind: 'probe'; wishes: Wishes; commit?: string }
  | { kind: Errand }
  | ({ kind: 'answer' } & Answer);

export interface Answer {
  about: 'refused' | 'help' | 'unknown' | 'stale';
  /** For the log. */
  why: string;
  text: string;
}

/**
 * Reads a command and asks whether who gave it may write here; says nothing yet.
 * @throws what GitHub refuses.
 */
export async function hear(github: GitHub, event: CommandEvent): Promise<Hearing> {
  const command = parseCommand(event.line);
  if (command.kind === 'none') return command;
  if (!(await mayWrite(github, event.repository, event.sender))) {
    const why = `${code(event.sender)} may not write here.`;
    return { kind: 'answer', about: 'refused', why, text: refusal };
  }
  switch (command.kind) {
    case 'help':
      return { kind: 'answer', about: 'help', why: 'The command asked for help.', text: help };
    case 'unknown': {
      const text = `Sorry. ${prose(command.problem)}\n\n${help}`;
      return { kind: 'answer', about: 'unknown', why: command.problem, text };
    }
    default:
      return command;
  }
}

/** False where the comment is none of ours: anybody can write one with boxes. */
function reopened(
  github: GitHub,
  { repository, number, commentId, box }: Extract<CommandEvent, { kind: 'tick' }>,
): Promise<boolean> {
  return rewrite(github, { ...repository, number }, commentId, (body) => untick(body, box));
}

/** What is wrong with the commit; null: nothing, or no images are looked at. */
function staleness(
  hearing: Exclude<Hearing, { kind: 'none' | 'answer' }>,
  headSha: string,
  checkedOut: string | null,
): Answer | null {
  if (hearing.kind === 'explain' || hearing.kind === 'cancel') return null;
  const commit = hearing.kind === 'probe' ? hearing.commit : undefined;
  if (commit !== undefined && !headSha.startsWith(commit)) {
    const why = 'The commit that was named is not the head.';
    return { about: 'stale', why, text: notTheHead(headSha, commit) };
  }
  if (checkedOut === headSha) return null;
  const why = 'The commit that was checked out is not the head.';
  return { about: 'stale', why, text: stale(headSha, checkedOut) };
}

/** `write` covers maintainers, and `admin` owners; custom roles are mapped onto these by GitHub. */
export async function mayWrite(github: GitHub, repository: Repository, username: string): Promise<boolean> {
  const answer = await github.rest.repos.getCollaboratorPermissionLevel({ ...repository, username });
  const permission = at(answer.data, 'permission');
  if (typeof permission !== 'string') throw new SenselessAnswer();
  return permission === 'write' || permission === 'admin';
}

/** Eyes on the comment: seen, and being worked on. */
export function acknowledge(github: GitHub, event: CommandEvent): Promise<string[]> {
  return react(github, event, 'eyes');
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
| \`/headstart probe backbone=auto\` | starts from this one: ${BACKBONES.map((name) => `\`${name}\``).join(', ')} |
| \`/headstart probe @0123abc\` | measures only if this is still the newest commit; 7 digits or more |
| \`/headstart explain\` | says what the verdict means, why it is so, and what would change it |
| \`/headstart inspect\` | reads and checks the images, and trains nothing |
| \`/headstart cancel\` | ends what is being measured for this pull request |
| \`/headstart help\` | shows this |

Commands are for people with write access, one a comment, in its first line. A ticked box in a report is a command too.`;

const refusal =
  'Thank you for asking. **Headstart** measures only for people with write access to this repository, because it takes time on its runners; one of them can comment `/headstart probe`.';

function stale(headSha: string, checkedOut: string | null): string {
  const there =
    checkedOut === null
      ? 'could not tell which commit is checked out'
      : `found ${code(checkedOut.slice(0, 7))} checked out`;
  return `**Headstart** measured nothing: the head of this pull request is ${code(headSha.slice(0, 7))}, and it ${there}. Comment \`/headstart probe\` again; when that does not help, let the workflow check out \`refs/pull/\${{ github.event.issue.number }}/head\`.`;
}

/** Says that another commit was meant than the one that is the head now. */
export function notTheHead(headSha: string, commit: string): string {
  return `**Headstart** measured nothing: the command names ${code(commit)}, and the head of this pull request is ${code(headSha.slice(0, 7))}. Look at what has changed, and comment \`/headstart probe @${headSha.slice(0, 7)}\` or, for whatever is newest, \`/headstart probe\`.`;
}
