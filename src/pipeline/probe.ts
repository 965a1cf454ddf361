/** The pipeline: list the datasets, read and check their images, measure, decide, write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fitBackbones } from '../backbone/fit.js';
import { obtainBackbones } from '../backbone/obtain.js';
import type { Dataset } from '../dataset/dataset.js';
import { readDatasets } from '../dataset/read-datasets.js';
import { InputError } from '../problem.js';
import { cacheFolder, programDigest } from '../probe/cache/cache.js';
import { listImages, readImages } from '../probe/read-images.js';
import { readPlan } from '../probe/read-plan.js';
import type { Split } from '../probe/stages.js';
import { type Comparison, unchangedReport } from '../report/assemble.js';
import type { RunFacts } from '../report/receipt.js';
import { MIN_BUDGET_SECONDS } from '../scheduling/budget.js';
import { machineFacts, programVersions, VERSION, workerCount } from '../scheduling/machine.js';
import { openPool, type Pool } from '../scheduling/pool.js';
import { engineOfWorkers, installEngine } from '../scheduling/worker-engine.js';
import { STRATEGIES } from '../verdict/arm.js';
import { FOLDERS_FILE, prepareFolder, REPORT_FILES } from './output-folder.js';
import { beginReports, writeOutputs } from './outputs.js';
import { probeDataset } from './probe-dataset.js';
import type { ComparedDatasets, ListedDatasets, Outcome, ProbeRequest, RunContext } from './run.js';

/**
 * Probes every dataset under the path, each within its share of the budget.
 * @throws InputError when what the user wrote is wrong; nothing is written then.
 */
export async function probe(request: ProbeRequest, context: RunContext): Promise<Outcome[]> {
  return probeDatasets(request, await listDatasets(request, context), NOT_COMPARED, context);
}

const NOT_COMPARED: ComparedDatasets = { comparisons: [], spentSeconds: 0 };

/**
 * The datasets under the path, and the plan to repeat, without reading an image.
 * @throws InputError when what the user wrote is wrong.
 */
export async function listDatasets(
  { path, manifest, groups, metric, budgetSeconds, plan }: ProbeRequest,
  { cwd, onProgress }: Pick<RunContext, 'cwd' | 'onProgress'>,
): Promise<ListedDatasets> {
  onProgress({ stage: 'read', message: `reading ${path}`, done: 0, total: null, secondsLeft: budgetSeconds });
  const began = performance.now();
  const repeat = plan === undefined ? null : readPlan(plan, cwd);
  const datasets = await readDatasets(path, {
    cwd,
    ...(manifest === undefined ? {} : { manifest }),
    ...(groups === undefined ? {} : { groups }),
  });
  return {
    datasets: metric === undefined ? datasets : datasets.map((dataset) => ({ ...dataset, metric })),
    repeat,
    began,
  };
}

/**
 * Probes the datasets that changed since the base, or all where nothing was compared.
 * @throws InputError when what the user wrote is wrong; nothing is written then.
 */
export async function probeDatasets(
  request: ProbeRequest,
  { datasets: listed, repeat, began }: ListedDatasets,
  { comparisons, spentSeconds }: ComparedDatasets,
  context: RunContext,
): Promise<Outcome[]> {
  const { cwd, signal, onProgress, programDir } = context;
  const { path, budgetSeconds } = request;
  const datasets = listed.map((dataset) => priced(dataset, request.usdPerHour));
  const listingSeconds = (performance.now() - began) / 1000;
  const isMeasured = (index: number) => comparisons.at(index)?.measure ?? true;
  const toMeasure = datasets.filter((_, index) => isMeasured(index)).length;
  const out = resolve(cwd, request.out);
  const folders = datasets.map(({ name }) => (datasets.length > 1 ? name : '.'));
  const directories = folders.map((folder) => join(out, folder));
  for (const folder of folders) prepareFolder(join(out, folder), join(request.out, folder), REPORT_FILES);
  if (folders.length > 1) prepareFolder(out, request.out, [FOLDERS_FILE]);
  const createdAt = () => new Date().toISOString();
  const unchanged = (index: number) =>
    unchangedOutcome(datasets[index], comparisons[index], directories[index], {
      path,
      createdAt: createdAt(),
    });
  if (toMeasure === 0) {
    beginReports(out, folders);
    return datasets.map((_, index) => unchanged(index));
  }
  const backbones = await obtainBackbones(request.backbone, {
    ...context,
    home: programDir,
    environment: process.env,
  });
  const candidates = datasets.map((dataset) => fitBackbones(backbones, dataset));
  const share = (budgetSeconds - spentSeconds) / toMeasure;
  if (share < MIN_BUDGET_SECONDS) throw tooManyFor(budgetSeconds, toMeasure, path);
  const strategies = repeat?.plan?.settings.strategies ?? request.strategies ?? STRATEGIES;
  const program = request.cache === undefined ? '' : programDigest(programDir, VERSION);
  const installed = await installEngine(request.engine, context, (message) =>
    onProgress({ stage: message, message, done: 0, total: null, secondsLeft: budgetSeconds }),
  );
  if (signal.aborted) return [];
  return withPool(request, context, async (pool) => {
    const engine = await engineOfWorkers(pool, { engine: request.engine }, installed);
    beginReports(out, folders);
    const outcomes: Outcome[] = [];
    let sharesLeft = toMeasure;
    for (const [index, dataset] of datasets.entries()) {
      if (signal.aborted) break;
      if (!isMeasured(index)) {
        outcomes.push(unchanged(index));
        continue;
      }
      const facts: RunFacts = {
        createdAt: createdAt(),
        path,
        versions: programVersions(),
        engine: { ...engine, workers: pool.size },
        machine: machineFacts(),
        settings: { budgetSeconds: repeat?.budgetSeconds ?? share, size: dataset.image.size, strategies },
        // Several datasets share a budget, so the command cannot be continued for one of them.
        ...(request.command === undefined || datasets.length > 1 ? {} : { command: request.command }),
        seed: repeat?.seed ?? request.seed,
      };
      sharesLeft--;
      outcomes.push(
        await probeDataset(dataset, {
          context: { ...context, onProgress: ofRun(onProgress, share * sharesLeft) },
          pool,
          facts,
          candidates: candidates[index],
          directory: directories[index],
          repeat,
          strategies,
          share,
          listingSeconds: Math.max(0, listingSeconds - spentSeconds) / toMeasure,
          comparison: comparisons.at(index) ?? null,
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

/** Reads and checks what can be checked without training. */
export async function inspect(request: ProbeRequest, context: RunContext): Promise<Split[]> {
  const { onProgress } = context;
  const { budgetSeconds, seed } = request;
  const { datasets } = await listDatasets(request, { cwd: context.cwd, onProgress: () => undefined });
  return withPool({ ...request, engine: 'wasm' }, context, async (pool) => {
    const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
    try {
      const inspected: Split[] = [];
      for (const dataset of datasets) {
        const message = `${dataset.name}: reading images`;
        inspected.push(
          await readImages(listImages(dataset, budgetSeconds, seed), {
            pool,
            sampledFor: budgetSeconds,
            seed,
            folder,
            seconds: Infinity,
            now: () => 0,
            onImages: (done, total) =>
              onProgress({ stage: 'decode', message, done, total, secondsLeft: null }),
          }),
        );
      }
      return inspected;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Progress of a dataset as that of the run: the datasets that follow have seconds left too. */
function ofRun(onProgress: RunContext['onProgress'], toCome: number): RunContext['onProgress'] {
  return (event) =>
    onProgress({ ...event, secondsLeft: event.secondsLeft === null ? null : event.secondsLeft + toCome });
}

/** The price in the manifest comes first. */
export function priced(dataset: Dataset, usdPerHour: number | undefined): Dataset {
  const { hourlyCost, hardware } = dataset.plan;
  return usdPerHour === undefined || hourlyCost !== undefined || hardware !== undefined
    ? dataset
    : { ...dataset, plan: { ...dataset.plan, hourlyCost: usdPerHour } };
}

/** The verdict of the base still holds. */
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

function tooManyFor(budgetSeconds: number, datasets: number, path: string): InputError {
  const message = `holds ${datasets} datasets, and a budget of ${budgetSeconds} s leaves each less than ${MIN_BUDGET_SECONDS} s.`;
  return new InputError([{ file: path, message, remedy: 'Name one of them, or give more time.' }]);
}

export async function withPool<T>(
  { workers, engine }: Pick<ProbeRequest, 'workers' | 'engine'>,
  { programDir, signal }: RunContext,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = openPool(join(programDir, 'worker.js'), workers ?? workerCount());
  signal.addEventListener('abort', () => pool.close(), { once: true });
  try {
    pool.prepare({ kind: 'setup', engine });
    return await work(pool);
  } finally {
    pool.close();
  }
}
