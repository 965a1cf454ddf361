import { resolve } from 'node:path';
import { identityOf } from '../../backbone/contract.js';
import { selectCandidates, type Candidate } from '../../backbone/candidates.js';
import { loadBackbones } from '../../backbone/load.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { ProbeRequest, Surroundings } from '../run.js';
import { datasetsOf, withPool } from '../probe.js';
import { InputError } from '../../problem.js';
import { prepareFolder } from '../output-folder.js';
import { programDigest } from '../../probe/cache/cache.js';
import { checkedSplit } from '../../probe/checked-split.js';
import { takeBackbone } from '../../probe/choose-backbone.js';
import { decodeImages, DISK_FULL, isDiskFull } from '../../probe/decode-images.js';
import { initialState } from '../../probe/initial-state.js';
import { unpackIntegers } from '../../probe/cache/kept.js';
import { VERSION } from '../../scheduling/machine.js';
import type { Pool } from '../../scheduling/pool.js';
import { imagesDigest } from '../../probe/shards/images.js';
import type { PlanFile } from '../../probe/shards/model.js';
import type { ProbeState } from '../../probe/state.js';
import { stopwatch } from '../../scheduling/timer.js';

/** What each of the machines that share a probe begins with. */
export interface Job {
  dataset: Dataset;
  candidates: readonly Candidate[];
  pool: Pool;
  /** Folder of its files; it is there. */
  directory: string;
  /** Digest of the program that runs in the workers. */
  program: string;
  /** Seconds since it began. */
  now: () => number;
  /** Tells a person how far it is. */
  say: (stage: string, message: string) => (done: number, total: number) => void;
}

/**
 * Reads what describes the one dataset, gets the backbones and opens the workers.
 * @param files names of what it may write.
 * @throws InputError when what the user wrote is wrong, and when there are several datasets.
 */
export async function withJob<T>(
  request: ProbeRequest,
  surroundings: Surroundings,
  files: readonly string[],
  work: (job: Job) => Promise<T>,
): Promise<T> {
  const { cwd, home, signal, onProgress } = surroundings;
  const now = stopwatch(0);
  const dataset = await oneDataset(request, cwd);
  const backbones = await loadBackbones(request.backbone, {
    ...surroundings,
    programDir: surroundings.home,
    environment: process.env,
  });
  const directory = resolve(cwd, request.out);
  prepareFolder(directory, request.out, files);
  const say = (stage: string, what: string) => (done: number, total: number) => {
    const secondsLeft = Math.max(0, request.budgetSeconds - now());
    onProgress({ stage, message: `${dataset.name}: ${what}`, done, total, secondsLeft });
  };
  const trained = withPool(request, surroundings, (pool) => {
    signal.addEventListener('abort', () => pool.close(), { once: true });
    signal.throwIfAborted();
    const candidates = selectCandidates(backbones, dataset);
    const program = programDigest(home, VERSION);
    return work({ dataset, candidates, pool, directory, program, now, say });
  });
  return trained.catch((error: unknown) => {
    throw isDiskFull(error) ? new Error(DISK_FULL) : error;
  });
}

/**
 * What describes the dataset that is planned for.
 * @throws InputError when what the user wrote is wrong, and when there are several datasets.
 */
export async function oneDataset(request: ProbeRequest, cwd: string): Promise<Dataset> {
  const datasets = await datasetsOf(request, cwd);
  if (datasets.length > 1) throw tooMany(request.path, datasets.length);
  return datasets[0];
}

/**
 * Reads the images of a plan again, on another machine, into the folder.
 * @throws InputError when program, backbone or images are not those of the plan.
 */
export async function plannedState(
  job: Job,
  plan: PlanFile,
  home: string,
  folder: string,
): Promise<ProbeState> {
  const { dataset, candidates, pool, program, now, say } = job;
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
  const { budgetSeconds } = plan.settings;
  const state = initialState(dataset, candidate.backbone, budgetSeconds, plan.seed);
  takeBackbone(state, candidates, candidate, home);
  state.ranking = plan.backbone.ranking;
  const leaveOut = new Set(unpackIntegers(plan.images.unread));
  const limits = { folder, seconds: Infinity, now, leaveOut };
  await decodeImages(state, pool, limits, say('decode', 'reading images'));
  checkedSplit(state, budgetSeconds, plan.seed);
  if (imagesDigest(state) !== plan.images.digest) {
    throw notOfPlan(
      `is for other images than those of ${dataset.name} here.`,
      'Let all jobs check out the same commit, with `lfs: true` where the images are in Git LFS, and give them the same `path` and `manifest`.',
    );
  }
  return state;
}

/** What was asked for when the plan was made, where it matters to what is measured. */
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
