/**
 * What a step has begun on GitHub and not ended yet. The runner hands it to the `post` step of the Action, which also
 * runs when the step was killed.
 */
import * as core from '@actions/core';
import type { Repository } from './events/event.js';

export interface UnfinishedCheck extends Repository {
  headSha: string;
  name: string;
  /** Its `external_id`. */
  key: string;
  runUrl: string | null;
  /** null: unknown, such as when the step was killed before GitHub answered. */
  id: number | null;
  /** How the step meant it to end; null: the step did not get that far. */
  ending: { conclusion: 'success' | 'neutral' | 'failure' | 'cancelled'; title: string } | null;
}

/** Comments that say a commit is being measured. */
export interface UnfinishedComments extends Repository {
  number: number;
  headSha: string;
  keys: readonly string[];
}

export interface Unfinished {
  checks: UnfinishedCheck[];
  comments: UnfinishedComments | null;
}

const CHECK = 'check-';
const COMMENTS = 'comments';

export function beginCheck(check: UnfinishedCheck): void {
  keep(nameOf(check), JSON.stringify(check));
}

export function endCheck(check: UnfinishedCheck): void {
  keep(nameOf(check), '');
}

export function beginComments(comments: UnfinishedComments): void {
  keep(COMMENTS, JSON.stringify(comments));
}

export function endComments(): void {
  keep(COMMENTS, '');
}

/** What the step has left, as the runner's environment says. */
export function unfinished(environment: NodeJS.ProcessEnv): Unfinished {
  const states = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    name.startsWith('STATE_') && value ? [[name.slice('STATE_'.length), value]] : [],
  );
  const comments = states.find(([name]) => name === COMMENTS)?.[1];
  return {
    checks: states
      .filter(([name]) => name.startsWith(CHECK))
      .map(([, value]) => JSON.parse(value) as UnfinishedCheck),
    comments: comments === undefined ? null : (JSON.parse(comments) as UnfinishedComments),
  };
}

/** Without the id of the run, which follows the slash: a step's state belongs to one run. */
function nameOf({ key }: UnfinishedCheck): string {
  return CHECK + key.split('/', 1)[0];
}

function keep(name: string, value: string): void {
  // Without a runner there is no `post` step.
  if (process.env['GITHUB_STATE'] !== undefined) core.saveState(name, value);
}
