/**
 * What a step has begun on GitHub and not ended yet. The runner hands it to the `post` step of the Action, which runs
 * also where the step was killed.
 */
import * as core from '@actions/core';
import type { Repository } from './events/event.js';

export interface UnfinishedCheck extends Repository {
  headSha: string;
  name: string;
  /** Its `external_id`. */
  key: string;
  runUrl: string | null;
  /** null: not known, as where the step was killed before GitHub's answer came. */
  id: number | null;
  /** How the step meant it to end; null: the step did not get so far. */
  ending: { conclusion: 'success' | 'neutral' | 'failure' | 'cancelled'; title: string } | null;
}

/** Comments that say that a commit is being measured. */
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

/** What the step before this one has left, as the runner's environment says. */
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

/** The number of the run behind the key goes without saying. */
function nameOf({ key }: UnfinishedCheck): string {
  return CHECK + key.split('/', 1)[0];
}

function keep(name: string, value: string): void {
  // Elsewhere than on a runner no later step follows.
  if (process.env['GITHUB_STATE'] !== undefined) core.saveState(name, value);
}
