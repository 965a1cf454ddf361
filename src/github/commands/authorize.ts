/** Decides what a command starts: who may run it, and whether the right commit is checked out. */
import { code, prose } from '../../report/escape.js';
import { describeApiError, UnexpectedResponse } from '../api-errors.js';
import type { GitHub } from '../client.js';
import { postSticky, rewrite } from '../comments/comment.js';
import { at, type GitHubEvent, type Repository } from '../events/event.js';
import { pullOf } from '../pull.js';
import { answer, help, notTheHead, refusal, stale } from './answers.js';
import { untick } from './checkbox.js';
import { type CommandOptions, parseCommand, type UtilityCommand } from './command.js';

/** A comment with a command, or a ticked box, which contains one. */
export type CommandEvent = Extract<GitHubEvent, { kind: 'command' | 'tick' }>;

/** What a comment starts. If it starts nothing, it has been answered already, unless it needs no answer. */
export type CommandDecision =
  | { go: 'probe'; options: CommandOptions; headSha: string; baseSha: string; warnings: string[] }
  | { go: UtilityCommand; headSha: string; warnings: string[] }
  | { go: false; why: string; warnings: string[] };

/**
 * Accepts a command when its author has write access and, if it reads images, the checked-out commit is the current
 * head of the pull request. Answers anything else, once per pull request and kind. Opens a ticked box again.
 */
export async function authorizeCommand(
  github: GitHub,
  event: CommandEvent,
  checkedOut: string | null,
): Promise<CommandDecision> {
  const { repository, number } = event;
  const ignored = (why: string): CommandDecision => ({ go: false, why, warnings: [] });
  const answered = async ({ about, why, text }: Answer): Promise<CommandDecision> => {
    const posting = await postSticky(github, { ...repository, number }, answer(about, text));
    return { go: false, why, warnings: posting.state === 'refused' ? [posting.warning] : [] };
  };
  try {
    if (event.kind === 'tick' && !(await reopenBox(github, event)))
      return ignored('The comment with the box is not ours.');
    const command = await readCommand(github, event);
    if (command.kind === 'none') return ignored('The comment is not a command of Headstart.');
    if (command.kind === 'answer') return await answered(command);
    const { headSha, baseSha } = await pullOf(github, repository, number);
    const outdated = staleness(command, headSha, checkedOut);
    if (outdated !== null) return await answered(outdated);
    const warnings = await react(github, event, 'eyes');
    return command.kind === 'probe'
      ? { go: 'probe', options: command.options, headSha, baseSha, warnings }
      : { go: command.kind, headSha, warnings };
  } catch (error) {
    const warnings = [describeApiError('answer the command', error)];
    return { go: false, why: 'GitHub did not answer.', warnings };
  }
}

/** A command of someone with write access, or the answer to anything else. */
export type ReadCommand =
  | { kind: 'none' }
  | { kind: 'probe'; options: CommandOptions; commit?: string }
  | { kind: UtilityCommand }
  | ({ kind: 'answer' } & Answer);

/** There is one answer per pull request and `about`. */
export interface Answer {
  about: 'refused' | 'help' | 'unknown' | 'stale';
  /** For the log. */
  why: string;
  text: string;
}

/**
 * Parses a command and checks that its author has write access. Posts nothing.
 * @throws what GitHub refuses.
 */
export async function readCommand(github: GitHub, event: CommandEvent): Promise<ReadCommand> {
  const command = parseCommand(event.line);
  if (command.kind === 'none') return command;
  if (!(await mayWrite(github, event.repository, event.sender))) {
    const why = `${code(event.sender)} has no write access.`;
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

/** False when the comment is not ours: anyone can write one with boxes. */
function reopenBox(
  github: GitHub,
  { repository, number, commentId, box }: Extract<CommandEvent, { kind: 'tick' }>,
): Promise<boolean> {
  return rewrite(github, { ...repository, number }, commentId, (body) => untick(body, box));
}

/** Null: the commit is current, or the command reads no images. */
function staleness(
  command: Exclude<ReadCommand, { kind: 'none' | 'answer' }>,
  headSha: string,
  checkedOut: string | null,
): Answer | null {
  if (command.kind === 'explain' || command.kind === 'cancel') return null;
  const commit = command.kind === 'probe' ? command.commit : undefined;
  if (commit !== undefined && !headSha.startsWith(commit)) {
    const why = 'The commit in the command is not the head.';
    return { about: 'stale', why, text: notTheHead(headSha, commit) };
  }
  if (checkedOut === headSha) return null;
  const why = 'The commit that was checked out is not the head.';
  return { about: 'stale', why, text: stale(headSha, checkedOut) };
}

/** `write` includes maintainers, and `admin` owners. GitHub maps custom roles to these. */
export async function mayWrite(github: GitHub, repository: Repository, username: string): Promise<boolean> {
  const response = await github.rest.repos.getCollaboratorPermissionLevel({ ...repository, username });
  const permission = at(response.data, 'permission');
  if (typeof permission !== 'string') throw new UnexpectedResponse();
  return permission === 'write' || permission === 'admin';
}

/** Accepted, measured, answered, or none of these. */
export type Reaction = 'eyes' | 'rocket' | '+1' | 'confused';

/** Shows the progress of a command as a reaction to its comment. Returns what GitHub refuses as a warning. */
export async function react(github: GitHub | null, event: GitHubEvent, content: Reaction): Promise<string[]> {
  // Other events have no comment, and a box shows its own progress.
  if (github === null || event.kind !== 'command') return [];
  const { repository, commentId } = event;
  try {
    await github.rest.reactions.createForIssueComment({ ...repository, comment_id: commentId, content });
    return [];
  } catch (error) {
    return [describeApiError('react to the comment', error)];
  }
}
