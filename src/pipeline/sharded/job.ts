import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { identityOf } from '../../backbone/contract.js';
import { fitBackbones, type Candidate } from '../../backbone/fit.js';
import { obtainBackbones } from '../../backbone/obtain.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { ListedDatasets, ProbeRequest, RunContext } from '../run.js';
import { listDatasets, withPool } from '../probe.js';
import { InputError } from '../../problem.js';
import { prepareFolder } from '../output-folder.js';
import { programDigest } from '../../probe/cache/cache.js';
import { startFrom, type WithBackbone } from '../../probe/choose-backbone.js';
import { DISK_FULL, isDiskFull } from '../../probe/decode-images.js';
import { listImages, readImages } from '../../probe/read-images.js';
import { unpackIntegers } from '../../probe/cache/trial-record.js';
import { VERSION } from '../../scheduling/machine.js';
import type { Pool } from '../../scheduling/pool.js';
import { imagesDigest } from '../../probe/trial-data.js';
import type { PlanFile } from '../../probe/shards/model.js';
import type { RunLog } from '../../probe/stages.js';
import { stopwatch } from '../../scheduling/timer.js';

/** What each of the machines that share a probe begins with. */
export interface Job {
  dataset: Dataset;
  candidates: readonly Candidate[];
  pool: Pool;
  /** Folder of its files; it exists. */
  directory: string;
  /** For pixels and features, removed when the job ends. */
  folder: string;
  /** Digest of the program that runs in the workers. */
  program: string;
  programDir: string;
  log: RunLog;
  /** Seconds since it began. */
  now: () => number;
  /** Reports progress of a stage. */
  progress: (stage: string, message: string) => (done: number, total: number) => void;
}

/**
 * Gets the backbones, opens the workers and does the work of one machine.
 * @param files names of what it may write.
 * @throws InputError when what the user wrote is wrong.
 */
export async function withJob<T>(
  request: ProbeRequest,
  dataset: Dataset,
  context: RunContext,
  files: readonly string[],
  work: (job: Job) => Promise<T>,
): Promise<T> {
  const { cwd, programDir, signal, onProgress } = context;
  const now = stopwatch(0);
  const backbones = await obtainBackbones(request.backbone, {
    ...context,
    home: programDir,
    environment: process.env,
  });
  const directory = resolve(cwd, request.out);
  prepareFolder(directory, request.out, files);
  const progress = (stage: string, what: string) => (done: number, total: number) => {
    const secondsLeft = Math.max(0, request.budgetSeconds - now());
    onProgress({ stage, message: `${dataset.name}: ${what}`, done, total, secondsLeft });
  };
  const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
  const log: RunLog = { incidents: [], seconds: {} };
  try {
    return await withPool(request, context, (pool) => {
      signal.throwIfAborted();
      const candidates = fitBackbones(backbones, dataset);
      const program = programDigest(programDir, VERSION);
      return work({ dataset, candidates, pool, directory, folder, program, programDir, log, now, progress });
    });
  } catch (error) {
    throw isDiskFull(error) ? new Error(DISK_FULL) : error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The one dataset that a plan is for.
 * @throws InputError when what the user wrote is wrong, and when there are several datasets.
 */
export async function listOneDataset(
  request: ProbeRequest,
  context: Pick<RunContext, 'cwd' | 'onProgress'>,
): Promise<ListedDatasets & { datasets: readonly [Dataset] }> {
  const { datasets, ...listed } = await listDatasets(request, context);
  if (datasets.length > 1) throw tooMany(request.path, datasets.length);
  return { ...listed, datasets: [datasets[0]] };
}

/**
 * Reads the images of a plan again, on another machine.
 * @throws InputError when program, backbone or images are not those of the plan.
 */
export async function readPlannedImages(job: Job, plan: PlanFile): Promise<WithBackbone> {
  const { dataset, candidates, pool, program, folder, now } = job;
  if (program !== plan.program.digest) {
    throw notOfPlan(
      `was made by another program (Headstart ${plan.program.version}; this is ${VERSION}).`,
      'Let all jobs use the action at the same commit.',
    );
  }
  const candidate = candidates.find(({ backbone }) => identityOf(backbone) === plan.backbone.identity);
  if (candidate === undefined) {
    throw notOfPlan('starts from another backbone.', 'Give all jobs the same input `backbone`.');
  }
  const { seed } = plan;
  const { budgetSeconds: sampledFor } = plan.settings;
  const split = await readImages(listImages(dataset, sampledFor, seed), {
    pool,
    sampledFor,
    seed,
    folder,
    seconds: Infinity,
    now,
    leaveOut: new Set(unpackIntegers(plan.images.unread)),
    onImages: job.progress('decode', 'reading images'),
  });
  if (imagesDigest(split) !== plan.images.digest) {
    throw notOfPlan(
      `is for other images than those of ${dataset.name} here.`,
      'Let all jobs check out the same commit, with `lfs: true` where the images are in Git LFS, and give them the same `path` and `manifest`.',
    );
  }
  return startFrom(candidate, plan.backbone.ranking, split, job);
}

/** The request with the settings of the plan, where they matter to the measurement. */
export function asPlanned(request: ProbeRequest, { engine, settings, seed }: PlanFile): ProbeRequest {
  return { ...request, engine: engine.name, seed, ...settings };
}

function notOfPlan(message: string, remedy: string): InputError {
  return new InputError([{ file: 'plan.json', message, remedy }]);
}

function tooMany(path: string, datasets: number): InputError {
  return new InputError([
    {
      file: path,
      message: `holds ${datasets} datasets, and a plan is for one.`,
      remedy: 'Name one of them with `path`, and give each a workflow or a job of its own.',
    },
  ]);
}
