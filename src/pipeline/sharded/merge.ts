/** `mode: merge`: what plan and shards measured, in one report, as a single machine would have written it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Outcome, ProbeRequest, Surroundings } from '../run.js';
import { priced } from '../probe.js';
import { InputError } from '../../problem.js';
import { REPORT_FILES } from '../output-folder.js';
import { beginReports } from '../outputs.js';
import { blockingIn } from '../../probe/checked-split.js';
import { unmeasured } from '../../probe/ends.js';
import { programVersions } from '../../scheduling/machine.js';
import { findShards } from '../../probe/shards/find.js';
import { endsOfPlan, joinShards, type Joined } from '../../probe/shards/join.js';
import type { PlanFile } from '../../probe/shards/model.js';
import { messageOf, type ReadPlanFile } from '../../probe/shards/read.js';
import { takeControls } from '../../probe/shuffled-labels.js';
import type { ProbeState } from '../../probe/state.js';
import { publishState } from '../publish-state.js';
import type { Report } from '../../report/types.js';
import type { RunFacts } from '../../report/receipt.js';
import { asPlanned, plannedState, withJob } from './job.js';

/**
 * Joins the files in a folder into one report. A shard whose file is not there, or not valid, is lost with its trials,
 * and the report says so.
 * @param from the folder; it need not be there.
 * @throws InputError when images or program are not those of the plan.
 */
export function mergeShards(
  request: ProbeRequest,
  { plan, digest }: ReadPlanFile,
  from: string,
  surroundings: Surroundings,
): Promise<Outcome> {
  // Nothing is trained here: any engine reads images.
  const asked: ProbeRequest = { ...asPlanned(request, plan), engine: 'wasm' };
  return withJob(asked, surroundings, REPORT_FILES, async (job) => {
    const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
    try {
      const state = await plannedState(job, plan, surroundings.home, folder);
      state.dataset = priced(state.dataset, request.usdPerHour);
      const test = {
        labels: state.test.map((row) => state.samples[row].label),
        classes: state.dataset.classes.length,
        metric: state.metric,
      };
      const joined = joinShards(plan, digest, findShards(resolve(surroundings.cwd, from)), test);
      takeUp(state, plan, joined, () => endsOfPlan(plan, test));
      const slowest = Math.max(0, ...joined.shards.map(({ seconds }) => seconds));
      const all = plan.seconds + slowest + job.now();
      state.seconds = { plan: plan.seconds, shards: slowest, merge: job.now(), all };
      const [status, reason] = outcomeOf(state, plan, joined);
      const facts = factsOf(plan, joined, state, request.path);
      const { directory } = job;
      const compared = await surroundings.compare?.([job.dataset]);
      const comparison = compared?.comparisons.at(0) ?? null;
      const { workers } = plan.engine;
      beginReports(directory, []);
      const show = () => undefined;
      return publishState(state, { facts, directory, workers, comparison, show }, status, reason);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function takeUp(
  state: ProbeState,
  { flip, source, novelty, throughput, controls, incidents }: PlanFile,
  joined: Joined,
  ownEnds: () => ProbeState['ends'],
): void {
  Object.assign(state, { flip, source, novelty, throughput });
  takeControls(state, controls);
  state.incidents = [...new Set([...state.incidents, ...incidents, ...joined.incidents])];
  try {
    state.ends = [...ownEnds(), ...joined.ends];
  } catch (error) {
    throw new InputError([
      {
        file: 'plan.json',
        message: `cannot be right: ${messageOf(error)}.`,
        remedy: 'Give the plan.json that a step with `mode: plan` wrote for these images.',
      },
    ]);
  }
}

/** Whether the report is whole, and why not. */
function outcomeOf(
  state: ProbeState,
  { settings }: PlanFile,
  { lost, shards }: Joined,
): [Report['status'], string | null] {
  const blocking = blockingIn(state);
  if (blocking !== undefined) return ['stopped', blocking.message];
  const missing = unmeasured(state, settings.strategies);
  const status = missing?.failed === true ? 'failed' : 'complete';
  if (lost.length === 0) return [status, missing?.why ?? null];
  const rest =
    shards.length > 0 ? 'The verdict rests on the others.' : 'Only what was measured while planning is left.';
  const were = `${lost.length} of ${lost.length + shards.length} shards ${lost.length === 1 ? 'was' : 'were'} lost (${lost.join(', ')}).`;
  // A longer budget would not have helped.
  return missing === null
    ? [status, `${were} ${rest}`]
    : ['failed', `${were} What is left cannot be compared.`];
}

function factsOf(plan: PlanFile, { shards }: Joined, { dataset }: ProbeState, path: string): RunFacts {
  const { engine, machine, settings, seed } = plan;
  return {
    createdAt: new Date().toISOString(),
    path,
    versions: programVersions(),
    engine,
    machine,
    settings: {
      budgetSeconds: settings.budgetSeconds,
      size: dataset.image.size,
      strategies: settings.strategies,
    },
    seed,
    shards,
  };
}
