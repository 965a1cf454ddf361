import { reportMarker } from './comment.js';
import { type CommentState, briefVerdict, certaintyOf, stateIn } from '../comment-state.js';
import { code, prose } from '../escape.js';
import { count, counted, duration } from '../../verdict/format.js';

/** What is being measured while the comment shows an older verdict or none. */
export interface Underway {
  headSha: string;
  /** Trials done and planned, and seconds left; null: measuring has not started. */
  progress: { done: number; total: number; secondsLeft: number; soFar: string | null } | null;
}

const UNDERWAY = /^⏳ .*<!-- headstart:underway -->$/mu;

/** The comment with a progress line on top; an older verdict stays readable below it. */
export function underwayComment(previous: string | null, key: string, underway: Underway): string {
  const line = `⏳ ${underwayLine(previous === null ? null : stateIn(previous), underway)} <!-- headstart:underway -->`;
  if (previous === null) return `${reportMarker(key)}\n\n${line}\n`;
  if (UNDERWAY.test(previous)) return previous.replace(UNDERWAY, () => line);
  const [marker, ...rest] = previous.split('\n');
  return [marker, '', line, ...rest].join('\n');
}

/** The comment after a run that ended without a report, unless it now shows the progress of another run. */
export function notUnderway(previous: string, headSha: string): string {
  const commit = code(headSha.slice(0, 7));
  return previous.replace(UNDERWAY, (line) =>
    line.includes(commit) ? `⚪ Measuring ${commit} ended without a result.` : line,
  );
}

/** The comment without its progress line, when the run turns out to belong to another comment. */
export function asBefore(previous: string): string {
  return previous.replace(/^⏳ .*<!-- headstart:underway -->\n*/mu, '');
}

function underwayLine(state: CommentState | null, { headSha, progress }: Underway): string {
  const last = state?.verdicts.at(-1);
  const measuring = code(headSha.slice(0, 7));
  if (last !== undefined && state?.head !== null && state?.head !== headSha) {
    return `This verdict is for ${code(state!.head.slice(0, 7))}; ${measuring} is being measured. Last verdict: *${briefVerdict(last)}*${certaintyOf(last)}.`;
  }
  if (progress === null) return `**Headstart** is measuring ${measuring}.`;
  const { done, total, secondsLeft, soFar } = progress;
  const result = soFar === null ? '' : ` So far: ${prose(soFar)}.`;
  return `**Headstart** is measuring ${measuring}: ${count(done)} of about ${counted(total, 'trial')} done, ${duration(secondsLeft)} left.${result}`;
}
