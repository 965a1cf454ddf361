/** The pipeline: manifest → data → checks → probe → verdict → report, one dataset after the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { backboneOf } from '../backbone/contract.js';
import { readEmbedded } from '../backbone/embedded.js';
import { selectCandidates } from '../backbone/candidates.js';
import { loadBackbones } from '../backbone/load.js';
import { readDatasets } from '../dataset/read-datasets.js';
import type { Dataset } from '../dataset/dataset.js';
import type { ComparedDatasets, Outcome, ProbeRequest, Surroundings } from './run.js';
import { probeDataset } from './probe-dataset.js';
import { InputError } from '../problem.js';
import { FOLDERS_FILE, prepareFolder, REPORT_FILES } from './output-folder.js';
import { beginReports, writeOutputs } from './outputs.js';
import { LEAST_BUDGET } from '../scheduling/budget.js';
import { cacheFolder, programDigest } from '../probe/cache/cache.js';
import { checkedSplit } from '../probe/checked-split.js';
import { decodeImages } from '../probe/decode-images.js';
import { initialState } from '../probe/initial-state.js';
import { machineFacts, programVersions, VERSION, workerCount } from '../scheduling/machine.js';
import { openPool, type Pool } from '../scheduling/pool.js';
import { readPlan } from '../probe/receipt.js';
import type { ProbeState } from '../probe/state.js';
import { engineOfWorkers } from '../scheduling/worker-engine.js';
import { unchangedReport, type Comparison } from '../report/assemble.js';
import type { RunFacts } from '../report/receipt.js';
import { STRATEGIES } from '../verdict/arm.js';

/**
 * Probes every dataset under the path, each within its share of the budget.
 * @throws InputError when what the user wrote is wrong; nothing is written then.
 */
export async function probe(request: ProbeRequest, surroundings: Surroundings): Promise<Outcome[]> {
  const { cwd, signal, onProgress } = surroundings;
  const { path, budgetSeconds } = request;
  onProgress({ stage: 'read', message: `reading ${path}`, done: 0, total: null, secondsLeft: budgetSeconds });
  const began = performance.now();
  const repeat = request.plan === undefined ? null : readPlan(request.plan, cwd);
  const listed = await datasetsOf(request, cwd);
  const { comparisons, spentSeconds } = (await surroundings.compare?.(listed)) ?? NOT_COMPARED;
  const datasets = listed.map((dataset) => priced(dataset, request.usdPerHour));
  const beganMeasuring = (performance.now() - began) / 1000;
  const toMeasure = datasets.filter((_, index) => comparisons.at(index)?.measure ?? true).length;
  const out = resolve(cwd, request.out);
  const folders = datasets.map(({ name }) => (datasets.length > 1 ? name : '.'));
  const directories = folders.map((folder) => join(out, folder));
  for (const folder of folders) prepareFolder(join(out, folder), join(request.out, folder), REPORT_FILES);
  if (folders.length > 1) prepareFolder(out, request.out, [FOLDERS_FILE]);
  const createdAt = () => new Date().toISOString();
  const untouched = (index: number) =>
    unchangedOutcome(datasets[index], comparisons[index], directories[index], {
      path,
      createdAt: createdAt(),
    });
  if (toMeasure === 0) {
    beginReports(out, folders);
    return datasets.map((_, index) => untouched(index));
  }
  const backbones = await loadBackbones(request.backbone, {
    ...surroundings,
    programDir: surroundings.home,
    environment: process.env,
  });
  const candidates = datasets.map((dataset) => selectCandidates(backbones, dataset));
  const share = (budgetSeconds - spentSeconds) / toMeasure;
  if (share < LEAST_BUDGET) throw tooManyFor(budgetSeconds, toMeasure, path);
  const strategies = repeat?.plan?.settings.strategies ?? request.strategies ?? STRATEGIES;
  const program = request.cache === undefined ? '' : programDigest(surroundings.home, VERSION);
  const say = (message: string) =>
    onProgress({ stage: message, message, done: 0, total: null, secondsLeft: budgetSeconds });
  const provision = (await surroundings.provision?.(say)) ?? null;
  if (signal.aborted) return [];
  return withPool(request, surroundings, async (pool) => {
    signal.addEventListener('abort', () => pool.close(), { once: true });
    const { engine: choice } = request;
    const engine = await engineOfWorkers(pool, { engine: choice }, provision);
    beginReports(out, folders);
    const outcomes: Outcome[] = [];
    let sharesLeft = toMeasure;
    for (const [index, dataset] of datasets.entries()) {
      if (signal.aborted) break;
      const comparison = comparisons.at(index) ?? null;
      if (comparison?.measure === false) {
        outcomes.push(untouched(index));
        continue;
      }
      const facts: RunFacts = {
        createdAt: createdAt(),
        path,
        versions: programVersions(),
        engine: { ...engine, workers: pool.size },
        machine: machineFacts(),
        settings: { budgetSeconds: repeat?.budgetSeconds ?? share, size: dataset.image.size, strategies },
        // A budget for several datasets is shared: what one of them needs is not what to ask for.
        ...(request.command === undefined || datasets.length > 1 ? {} : { command: request.command }),
        seed: repeat?.seed ?? request.seed,
      };
      sharesLeft--;
      outcomes.push(
        await probeDataset(dataset, {
          surroundings: { ...surroundings, onProgress: ofRun(onProgress, share * sharesLeft) },
          pool,
          facts,
          candidates: candidates[index],
          directory: directories[index],
          repeat,
          strategies,
          share,
          listed: Math.max(0, beganMeasuring - spentSeconds) / toMeasure,
          comparison,
          cache:
            request.cache === undefined
              ? null
              : { folder: cacheFolder(resolve(cwd, request.cache), path, dataset.name), program },
        }),
      );
    }
    return outcomes;
  });
}

/** Progress of a dataset as that of the run, in which other datasets have seconds that are still to come. */
function ofRun(onProgress: Surroundings['onProgress'], toCome: number): Surroundings['onProgress'] {
  return (event) =>
    onProgress({ ...event, secondsLeft: event.secondsLeft === null ? null : event.secondsLeft + toCome });
}

/** The manifest's own price comes first. */
export function priced(dataset: Dataset, usdPerHour: number | undefined): Dataset {
  const { hourlyCost, hardware } = dataset.plan;
  return usdPerHour === undefined || hourlyCost !== undefined || hardware !== undefined
    ? dataset
    : { ...dataset, plan: { ...dataset.plan, hourlyCost: usdPerHour } };
}

const NOT_COMPARED: ComparedDatasets = { comparisons: [], spentSeconds: 0 };

/** The verdict of the base holds on. */
function unchangedOutcome(
  dataset: Dataset,
  comparison: Comparison,
  directory: string,
  run: { path: string; createdAt: string },
): Outcome {
  const report = unchangedReport(dataset, run, comparison);
  const digest = comparison.base?.digest ?? null;
  return { report, digest, ...writeOutputs(directory, report, null) };
}

/** Reads and checks what can be checked without training. */
export async function inspect(request: ProbeRequest, surroundings: Surroundings): Promise<ProbeState[]> {
  const { cwd, signal } = surroundings;
  const datasets = await datasetsOf(request, cwd);
  const pretrained = readEmbedded(surroundings.home);
  return withPool({ ...request, engine: 'wasm' }, surroundings, async (pool) => {
    signal.addEventListener('abort', () => pool.close(), { once: true });
    const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
    try {
      const states: ProbeState[] = [];
      for (const dataset of datasets) {
        const state = initialState(dataset, backboneOf(pretrained), request.budgetSeconds, request.seed);
        const message = `${dataset.name}: reading images`;
        const unlimited = { folder, seconds: Infinity, now: () => 0 };
        await decodeImages(state, pool, unlimited, (done, total) =>
          surroundings.onProgress({ stage: 'decode', message, done, total, secondsLeft: null }),
        );
        checkedSplit(state, request.budgetSeconds, request.seed);
        states.push(state);
      }
      return states;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function tooManyFor(budgetSeconds: number, datasets: number, path: string): InputError {
  const message = `holds ${datasets} datasets, and a budget of ${budgetSeconds} s leaves each less than ${LEAST_BUDGET} s.`;
  return new InputError([{ file: path, message, remedy: 'Name one of them, or give more time.' }]);
}

export async function datasetsOf(
  { path, manifest, groups, metric }: ProbeRequest,
  cwd: string,
): Promise<Dataset[]> {
  const datasets = await readDatasets(path, {
    cwd,
    ...(manifest === undefined ? {} : { manifest }),
    ...(groups === undefined ? {} : { groups }),
  });
  return metric === undefined ? datasets : datasets.map((dataset) => ({ ...dataset, metric }));
}

export async function withPool<T>(
  { workers, engine }: Pick<ProbeRequest, 'workers' | 'engine'>,
  { home }: Surroundings,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = openPool(join(home, 'worker.js'), workers ?? workerCount());
  try {
    pool.prepare({ kind: 'setup', engine });
    return await work(pool);
  } finally {
    pool.close();
  }
}
