/** What a run should do, decided from its event. */
import * as core from '@actions/core';
import { authorizeCommand } from '../github/commands/authorize.js';
import type { CommandOptions, UtilityCommand } from '../github/commands/command.js';
import type { GitHub } from '../github/client.js';
import type { Conversation } from '../github/comments/comment.js';
import { checkedOutCommit } from '../github/git/commits.js';
import type { GitHubEvent, Repository } from '../github/events/event.js';
import type { ActionInputs } from './inputs.js';
import { logLine } from '../github/step-output.js';
import type { ProbeRequest } from '../pipeline/run.js';

export interface Assignment {
  request: ProbeRequest;
  /** null: not on GitHub. */
  repository: Repository | null;
  /** The commit that is measured. */
  headSha: string | null;
  /** Tip of the branch that it is compared with. */
  baseSha: string | null;
  /** Pull request that gets the comments. */
  pullRequest: (Repository & { number: number; fork: boolean }) | null;
  /** Someone asked for it, so everything is measured, changed or not. */
  commanded: boolean;
}

/** A command that is answered without training. */
export interface ErrandAssignment {
  errand: UtilityCommand;
  github: GitHub;
  request: ProbeRequest;
  /** The pull request. */
  place: Conversation;
  headSha: string;
}

/** null: the command was answered, and there is nothing more to do. */
export async function assign(
  inputs: ActionInputs,
  event: Exclude<GitHubEvent, { kind: 'ignored' }>,
  github: GitHub | null,
): Promise<Assignment | ErrandAssignment | null> {
  const request = requestOf(inputs);
  switch (event.kind) {
    case 'pull request target':
    case 'other':
      return { request, repository: null, headSha: null, baseSha: null, pullRequest: null, commanded: false };
    case 'commit': {
      const { repository } = event;
      // The input `base` belongs to the checkout, whichever commit the run itself belongs to.
      const headSha =
        inputs.base === null ? event.headSha : ((await checkedOutCommit(process.cwd())) ?? event.headSha);
      const baseSha = inputs.base ?? event.baseSha;
      return { request, repository, headSha, baseSha, pullRequest: null, commanded: false };
    }
    case 'pull request': {
      const { repository, headSha, baseSha, number, fork } = event;
      const pullRequest = { ...repository, number, fork };
      return { request, repository, headSha, baseSha, pullRequest, commanded: false };
    }
    case 'command':
    case 'tick': {
      if (github === null) {
        core.warning('Commands cannot be answered without a token. Leave `github-token` at its default.');
        return null;
      }
      const admission = await authorizeCommand(github, event, await checkedOutCommit(process.cwd()));
      for (const warning of admission.warnings) core.warning(warning);
      const { repository, number } = event;
      if (admission.go === false) {
        logLine(admission.why);
        return null;
      }
      const { headSha } = admission;
      if (admission.go !== 'probe')
        return { errand: admission.go, github, request, place: { ...repository, number }, headSha };
      return {
        request: capped(asWished(request, admission.options), inputs.maxSeconds),
        repository,
        headSha,
        baseSha: admission.baseSha,
        pullRequest: { ...repository, number, fork: false },
        commanded: true,
      };
    }
  }
}

/** The workflow's hash is for its own backbone, not for one that a command names. */
function asWished(request: ProbeRequest, { backbone, ...wishes }: CommandOptions): ProbeRequest {
  if (backbone === undefined || backbone === request.backbone.source) return { ...request, ...wishes };
  const { fallback } = request.backbone;
  return { ...request, ...wishes, backbone: { source: backbone, sha256: null, unpinned: false, fallback } };
}

/** What the inputs ask for. */
export function requestOf(inputs: ActionInputs): ProbeRequest {
  const { path, manifest, out, budgetSeconds, engine, backbone, strategies, seed, workers } = inputs;
  const request = {
    path,
    out,
    budgetSeconds,
    engine,
    backbone,
    seed,
    ...(manifest === null ? {} : { manifest }),
    ...(strategies === null ? {} : { strategies }),
    ...(workers === null ? {} : { workers }),
    ...(inputs.usdPerMinute === null ? {} : { usdPerHour: 60 * inputs.usdPerMinute }),
  };
  return capped(request, inputs.maxSeconds);
}

function capped(request: ProbeRequest, maxSeconds: number | null): ProbeRequest {
  if (maxSeconds === null || request.budgetSeconds <= maxSeconds) return request;
  core.warning(`The budget is ${maxSeconds} s: \`max-minutes\` allows no more.`);
  return { ...request, budgetSeconds: maxSeconds };
}
