/** `mode: merge`: what plan and shards measured, in one report, as a single machine would have written it. */
import { resolve } from 'node:path';
import type { Dataset } from '../../dataset/dataset.js';
import { InputError } from '../../problem.js';
import type { TestLabels } from '../../probe/cache/trial-record.js';
import { applyControls } from '../../probe/controls.js';
import { missingFamilies } from '../../probe/outcomes.js';
import { findShards, messageOf, type ReadPlanFile } from '../../probe/shards/read.js';
import { type Joined, joinShards, outcomesOfPlan } from '../../probe/shards/join.js';
import type { PlanFile } from '../../probe/shards/model.js';
import { blockingFinding, type Measured, reportable } from '../../probe/stages.js';
import type { Comparison } from '../../report/assemble.js';
import type { Report } from '../../report/types.js';
import type { RunFacts } from '../../report/receipt.js';
import { programVersions } from '../../scheduling/machine.js';
import type { TrialOutcome } from '../../scheduling/schedule.js';
import { REPORT_FILES } from '../output-folder.js';
import { beginReports } from '../outputs.js';
import { priced } from '../probe.js';
import { publishState } from '../write-report.js';
import type { Outcome, ProbeRequest, RunContext } from '../run.js';
import { asPlanned, readPlannedImages, withJob } from './job.js';

/**
 * Joins the files in a folder into one report. A shard whose file is missing or not valid is lost with its trials, and
 * the report says so.
 * @param from the folder; it need not exist.
 * @throws InputError when images or program are not those of the plan.
 */
export function mergeShards(
  request: ProbeRequest,
  dataset: Dataset,
  { plan, digest }: ReadPlanFile,
  from: string,
  comparison: Comparison | null,
  context: RunContext,
): Promise<Outcome> {
  // Nothing is trained here: any engine reads images.
  const asked: ProbeRequest = { ...asPlanned(request, plan), engine: 'wasm' };
  return withJob(asked, dataset, context, REPORT_FILES, async (job) => {
    const { log, directory } = job;
    const images = await readPlannedImages(job, plan);
    const test = {
      labels: images.test.map((row) => images.samples[row].label),
      classes: dataset.classes.length,
      metric: images.metric,
    };
    const joined = joinShards(plan, digest, findShards(resolve(context.cwd, from)), test);
    const { flip, source, novelty, throughput } = plan;
    const measured: Measured = {
      ...images,
      dataset: priced(dataset, request.usdPerHour),
      reused: null,
      ...{ flip, source, novelty, throughput },
      controls: null,
      outcomes: [...outcomesDone(plan, test), ...joined.outcomes],
    };
    applyControls(measured, plan.controls);
    log.incidents = [...new Set([...log.incidents, ...plan.incidents, ...joined.incidents])];
    const slowest = Math.max(0, ...joined.shards.map(({ seconds }) => seconds));
    const all = plan.seconds + slowest + job.now();
    log.seconds = { plan: plan.seconds, shards: slowest, merge: job.now(), all };
    const [status, reason] = outcomeOf(measured, plan, joined);
    const facts = factsOf(plan, joined, dataset.image.size, request.path);
    const { workers } = plan.engine;
    beginReports(directory, []);
    const show = () => undefined;
    const publication = { facts, directory, workers, comparison, show };
    return publishState(reportable(measured, log), publication, status, reason);
  });
}

/** @throws InputError when the results cannot be of these test images. */
function outcomesDone(plan: PlanFile, test: TestLabels): TrialOutcome[] {
  try {
    return outcomesOfPlan(plan, test);
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
  measured: Measured,
  { settings }: PlanFile,
  { lost, shards }: Joined,
): [Report['status'], string | null] {
  const blocking = blockingFinding(measured);
  if (blocking !== undefined) return ['stopped', blocking.message];
  const missing = missingFamilies(measured, settings.strategies);
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

function factsOf(plan: PlanFile, { shards }: Joined, size: number, path: string): RunFacts {
  const { engine, machine, settings, seed } = plan;
  return {
    createdAt: new Date().toISOString(),
    path,
    versions: programVersions(),
    engine,
    machine,
    settings: {
      budgetSeconds: settings.budgetSeconds,
      size,
      strategies: settings.strategies,
    },
    seed,
    shards,
  };
}
