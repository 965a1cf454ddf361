/** The check run of a step, from opening to completion. */
import * as core from '@actions/core';
import { checkKey, checkNameOf, type CheckRun, NO_CHECK, openCheckRun } from '../github/checks/check-run.js';
import type { GitHub } from '../github/client.js';
import type { ActionInputs } from './inputs.js';
import { commentKey, otherBackbone } from '../github/comments/comment-key.js';
import { logLine } from '../github/step-output.js';
import type { RunPlace } from '../github/events/run-place.js';
import { hiddenDigest } from '../github/checks/stored-verdicts.js';
import type { Outcome } from '../pipeline/run.js';
import { InputError, type Problem, problemLine } from '../problem.js';
import { clean, prose, utf8Bytes } from '../report/escape.js';
import { problemsWithoutNames } from '../report/without-names.js';
import type { Assignment } from './assign.js';

/** The check run of this step; one that does nothing without a commit, without a token, or with `check-run: false`. */
export function checkFor(
  inputs: ActionInputs,
  { repository, headSha, pullRequest }: Assignment,
  github: GitHub | null,
  place: RunPlace,
): Promise<CheckRun> | CheckRun {
  const { path, checkRun, backbone } = inputs;
  if (!checkRun || github === null || repository === null || headSha === null) return NO_CHECK;
  return openCheckRun({
    github,
    repository,
    headSha,
    name: checkNameOf(path, otherBackbone(backbone.source)),
    key: checkKey(commentKey(place.workflow, path, '', backbone.source), place.runUrl),
    runUrl: place.runUrl,
    attempt: place.attempt,
    // The token of a fork's run is read-only, which is explained where the comment is posted.
    warn: (message) => (pullRequest?.fork === true ? logLine(message) : core.warning(message)),
  });
}

/** GitHub takes 65,535 bytes of text. Digests beyond that are in the cache only. */
const LONGEST_TEXT = 60_000;

/** Digests for later comparisons, invisible on the page. */
export function hiddenDigests(outcomes: readonly Outcome[]): string {
  let text = '';
  for (const { digest } of outcomes) {
    if (digest === null) continue;
    const hidden = hiddenDigest(digest, LONGEST_TEXT - utf8Bytes(text));
    text += hidden === '' ? '' : `${hidden}\n`;
  }
  return text;
}

/** Completes the check run of a run without a report. */
export async function completeWithout(
  check: CheckRun,
  error: unknown,
  details: ActionInputs['details'],
): Promise<void> {
  const isInput = error instanceof InputError;
  const all = isInput
    ? error.problems
    : [{ file: '', message: error instanceof Error ? error.message : String(error) }];
  const problems: readonly Problem[] = details === 'counts' ? problemsWithoutNames(all) : all;
  await check.complete({
    conclusion: 'failure',
    title: isInput ? 'Headstart could not read the dataset' : 'Headstart failed',
    summary: problems
      .slice(0, 20)
      .map((problem) => `- ${prose(problemLine(problem))}`)
      .join('\n'),
    text: '',
    annotations: problems.flatMap(({ file, line, message, remedy }) =>
      file === '' || line === undefined
        ? []
        : [
            {
              path: file,
              line,
              level: 'failure' as const,
              title: 'Headstart',
              message: clean(`${message} ${remedy}`),
            },
          ],
    ),
  });
}
