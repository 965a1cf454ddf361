/** The comparison with the base, according to event and inputs. */
import * as core from '@actions/core';
import { expectedNetworks } from '../backbone/load.js';
import { baseOf, checkedOutRepository } from '../github/git/commits.js';
import type { GitHub } from '../github/client.js';
import type { FolderCache } from '../github/actions-cache.js';
import type { ActionInputs } from './inputs.js';
import { logLine } from '../github/step-output.js';
import type { RunPlace } from '../github/events/run-place.js';
import { cachedDigests, digestsOfCommit } from '../github/checks/stored-verdicts.js';
import type { ComparedDatasets, ProbeRequest, RunContext } from '../pipeline/run.js';
import { probe } from '../pipeline/probe.js';
import type { Dataset } from '../dataset/dataset.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment } from './assign.js';
import { compareWithBase } from './compare.js';

/** Fraction of the budget for measuring an unknown base, and the smallest budget, in seconds, that is enough for it. */
const BASE_SHARE = 0.4;
const MIN_BUDGET_SECONDS = 60;

export interface BaseRequest {
  inputs: ActionInputs;
  assignment: Assignment;
  request: ProbeRequest;
  context: RunContext;
  datasets: readonly Dataset[];
  github: GitHub | null;
  place: RunPlace;
  cache: FolderCache | null;
}

/** Compares the datasets of this run with those of its base. */
export async function compareWithItsBase({
  inputs,
  assignment,
  request,
  context,
  datasets,
  github,
  place,
  cache,
}: BaseRequest): Promise<ComparedDatasets> {
  const { headSha, baseSha, pullRequest, commanded } = assignment;
  const nothing = { comparisons: [], spentSeconds: 0 };
  if (assignment.repository === null || headSha === null || inputs.baseline === 'off') return nothing;
  const folder = process.cwd();
  // The input `base` is a commit of the checkout, which in central mode is another repository.
  const repository =
    (inputs.base === null ? null : await checkedOutRepository(folder, place.serverUrl)) ??
    assignment.repository;
  const name = `${repository.owner}/${repository.repo}`;
  const isOwn = name.toLowerCase() === place.repository?.toLowerCase();
  const base =
    pullRequest === null && inputs.base === null
      ? baseSha
      : await baseOf({ folder, repository, headSha, baseSha, github });
  const mayMeasure = inputs.baseline === 'auto' && request.budgetSeconds >= MIN_BUDGET_SECONDS;
  return compareWithBase(datasets, {
    cwd: folder,
    path: request.path,
    ...(request.manifest === undefined ? {} : { manifest: request.manifest }),
    base,
    remote: { serverUrl: place.serverUrl, repository, token: inputs.token },
    onlyChanged: inputs.onlyChanged && !commanded,
    measureUnknown: pullRequest === null,
    workflow: isOwn ? place.workflowFile : null,
    networks: expectedNetworks(request.backbone, { programDir: context.programDir, cwd: folder }),
    known: async (commit) => [
      {
        from: 'check run',
        digests: github === null ? [] : await digestsOfCommit(github, repository, commit, core.warning),
      },
      { from: 'cache', digests: cache === null ? [] : cachedDigests(cache.folder) },
    ],
    measure: mayMeasure
      ? {
          seconds: Math.round(BASE_SHARE * request.budgetSeconds),
          run: (cwd, seconds) => measureBase(cwd, { ...request, budgetSeconds: seconds }, context),
        }
      : null,
    say: logLine,
  });
}

async function measureBase(cwd: string, request: ProbeRequest, context: RunContext) {
  const out = mkdtempSync(join(tmpdir(), 'headstart-base-report-'));
  const { onProgress } = context;
  try {
    return await probe(
      { ...request, out },
      {
        ...context,
        cwd,
        onProgress: (event) => {
          onProgress({ ...event, stage: `base ${event.stage}`, message: `base, ${event.message}` });
        },
      },
    );
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
