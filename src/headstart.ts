/** The pipeline: manifest → data → checks → probe → verdict → report, one dataset after the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEmbedded } from './backbone/embedded.js';
import { runChecks } from './checks/index.js';
import { readDatasets } from './data/catalog.js';
import type { Dataset, Metric } from './data/dataset.js';
import { openEngine } from './engine/open.js';
import { machineFacts, programVersions, workerCount } from './probe/machine.js';
import { measurementsOf } from './probe/measurements.js';
import { openPool, type Pool } from './probe/pool.js';
import { decodeImages, embedImages, initialState, openTrials, splitImages } from './probe/prepare.js';
import { readPlan } from './probe/receipt.js';
import type { TrialEnd } from './probe/schedule.js';
import type { ProbeState } from './probe/state.js';
import {
  askPreliminaries,
  calibrateWorkers,
  keyOf,
  runFrozenTrials,
  runTrainedTrials,
} from './probe/trials.js';
import { assembleReport, type RunFacts } from './report/assemble.js';
import type { Report } from './report/model.js';
import { outputFolder, writeOutputs } from './outputs.js';
import { analyse } from './verdict/analyse.js';
import type { Analysis, DatasetFacts, StrategyName } from './verdict/model.js';

/** What the user asks for; checked at the entry. */
export interface ProbeRequest {
  path: string;
  manifest?: string;
  groups?: string;
  out: string;
  budgetSeconds: number;
  engine: 'auto' | 'tensorflow' | 'wasm';
  backbone: 'embedded';
  /** Default: all. */
  strategies?: StrategyName[];
  metric?: Metric;
  seed: number;
  /** Default: one a core. */
  workers?: number;
  /** A receipt or report whose trials are repeated. */
  plan?: string;
}

export interface Progress {
  stage: string;
  message: string;
  done: number;
  total: number | null;
  secondsLeft: number | null;
}

/** Where the program runs. */
export interface Surroundings {
  /** Folder of the running program: holds `worker.js` and `weights/`. */
  home: string;
  cwd: string;
  signal: AbortSignal;
  onProgress: (event: Progress) => void;
}

export interface Outcome {
  report: Report;
  /** Where `report.json`, `measurements.json`, `report.md`, `recipe.json` and `receipt.json` were written. */
  directory: string;
}

const ALL: StrategyName[] = ['frozen', 'fine-tune', 'hybrid', 'scratch'];
/** Share of the budget after which no trial may end: what follows is the verdict and the report. */
const TRIALS_UNTIL = 0.97;
/** Share of the budget at which trials that take longer than foreseen are given up. */
const LAST_CALL = 1.04;

/**
 * Probes every dataset under the path, each within its share of the budget.
 * @throws InputError when what the user wrote is wrong; nothing is written then.
 */
export async function probe(request: ProbeRequest, surroundings: Surroundings): Promise<Outcome[]> {
  const { home, cwd, onProgress } = surroundings;
  onProgress({
    stage: 'read',
    message: `reading ${request.path}`,
    done: 0,
    total: null,
    secondsLeft: request.budgetSeconds,
  });
  const repeat = request.plan === undefined ? null : readPlan(request.plan, cwd);
  const datasets = await readDatasets(request.path, { ...pick(request), cwd });
  const { engine, reason } = openEngine(request.engine);
  const pool = openPool(join(home, 'worker.js'), request.workers ?? workerCount());
  pool.prepare({ kind: 'setup', home, engine: engine.name });
  surroundings.signal.addEventListener('abort', () => pool.close(), { once: true });
  const outcomes: Outcome[] = [];
  try {
    for (const dataset of datasets) {
      const facts: RunFacts = {
        createdAt: new Date().toISOString(),
        path: request.path,
        versions: programVersions(),
        engine: { name: engine.name, version: engine.version, reason, workers: pool.size },
        machine: machineFacts(),
        settings: {
          budgetSeconds: request.budgetSeconds / datasets.length,
          size: dataset.image.size,
          strategies: request.strategies ?? ALL,
        },
        seed: request.seed,
      };
      const directory = outputFolder(request.out, cwd, dataset.name, datasets.length > 1);
      outcomes.push(
        await probeDataset(dataset, {
          request,
          surroundings,
          pool,
          facts,
          directory,
          repeat,
          share: request.budgetSeconds / datasets.length,
        }),
      );
    }
    return outcomes;
  } finally {
    pool.close();
  }
}

interface DatasetProbe {
  request: ProbeRequest;
  surroundings: Surroundings;
  pool: Pool;
  facts: RunFacts;
  directory: string;
  repeat: ReturnType<typeof readPlan> | null;
  /** Seconds. */
  share: number;
}

async function probeDataset(dataset: Dataset, run: DatasetProbe): Promise<Outcome> {
  const { request, surroundings, pool, share, directory } = run;
  const started = performance.now();
  const now = () => (performance.now() - started) / 1000;
  const strategies = request.strategies ?? ALL;
  const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
  const state = initialState(
    withMetric(dataset, request.metric),
    loadEmbedded(surroundings.home),
    share,
    request.seed,
  );

  const publish = (status: Report['status'], reason: string | null, draws?: number): Outcome => {
    state.seconds['all'] = now();
    const measurements = measurementsOf(state, pool.size, run.facts.settings);
    const analysis = comparable(state)
      ? analyse(measurements, datasetFacts(state), draws === undefined ? {} : { draws })
      : null;
    const report = assembleReport(state, analysis, status, reason, run.facts);
    writeOutputs(directory, report, measurements);
    return { report, directory };
  };
  const stage = async (name: string, work: () => Promise<void>): Promise<void> => {
    const began = now();
    await work();
    state.seconds[name] = now() - began;
  };
  const say = (name: string, message: string) => (done: number, total: number) =>
    surroundings.onProgress({
      stage: name,
      message: `${dataset.name}: ${message}`,
      done,
      total,
      secondsLeft: Math.max(0, share - now()),
    });

  try {
    say('decode', 'reading images')(0, state.samples.length);
    await stage('decode', () => decodeImages(state, pool, folder, say('decode', 'reading images')));
    splitImages(state, share, request.seed);
    state.findings = runChecks(checkInput(state));
    const blocking = state.findings.find(({ effect }) => effect === 'blocks');
    if (blocking !== undefined) return publish('stopped', blocking.message);
    openTrials(state, pool, request.seed);
    await stage('embed', () => embedImages(state, pool, say('embed', 'embedding images')));
    let trials = 0;
    let sure = 0;
    const onTrial = (end: TrialEnd, left: number): boolean => {
      if (surroundings.signal.aborted) return true;
      state.ends = [...state.ends.filter(({ spec }) => keyOf(spec) !== keyOf(end.spec)), end];
      trials++;
      if (end.spec.strategy === 'frozen' || !comparable(state)) {
        say('train', `trial ${trials}`)(trials, trials + left);
        return false;
      }
      const { verdict } = publish('partial', 'The run is still under way.', 200).report;
      say('train', `so far: ${verdict?.family ?? 'nothing yet'}`)(trials, trials + left);
      sure =
        verdict !== null &&
        Math.max(verdict.pTransfer, 1 - verdict.pTransfer) >= 0.95 &&
        verdict.choiceConfidence >= 0.9
          ? sure + 1
          : 0;
      return run.repeat === null && sure >= 2 && end.spec.seed > 0;
    };
    await stage('preliminaries', () => askPreliminaries(state, pool));
    await stage('frozen', () =>
      runFrozenTrials(
        state,
        pool,
        strategies.includes('frozen') ? onTrial : () => surroundings.signal.aborted,
      ),
    );
    await stage('calibrate', () => calibrateWorkers(state, pool, strategies));
    await stage('train', () =>
      runTrainedTrials(state, pool, {
        strategies,
        now,
        deadline: share * TRIALS_UNTIL,
        lastCall: share * LAST_CALL,
        repeat: run.repeat,
        onTrial,
      }),
    );
    if (surroundings.signal.aborted) return publish('partial', 'The run was cancelled.');
    return comparable(state) ? publish('complete', null) : publish('failed', failureReason(state));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (surroundings.signal.aborted) return publish('partial', 'The run was cancelled.');
    return publish('failed', message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads and checks what can be checked without training. */
export async function inspect(request: ProbeRequest, surroundings: Surroundings): Promise<ProbeState[]> {
  const { home, cwd, onProgress } = surroundings;
  const datasets = await readDatasets(request.path, { ...pick(request), cwd });
  const pool = openPool(join(home, 'worker.js'), request.workers ?? workerCount());
  pool.prepare({ kind: 'setup', home, engine: 'wasm' });
  const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
  try {
    const states: ProbeState[] = [];
    for (const dataset of datasets) {
      const state = initialState(
        withMetric(dataset, request.metric),
        loadEmbedded(home),
        request.budgetSeconds,
        request.seed,
      );
      await decodeImages(state, pool, folder, (done, total) =>
        onProgress({
          stage: 'decode',
          message: `${dataset.name}: reading images`,
          done,
          total,
          secondsLeft: null,
        }),
      );
      splitImages(state, request.budgetSeconds, request.seed);
      state.findings = runChecks(checkInput(state));
      states.push(state);
    }
    return states;
  } finally {
    pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Both families have at least one measurement, so there is something to compare. */
function comparable({ ends }: ProbeState): boolean {
  const done = ends.filter((end) => 'result' in end).map(({ spec }) => spec.strategy);
  return done.includes('scratch') && done.some((name) => name !== 'scratch');
}

function failureReason({ ends }: ProbeState): string {
  const errors = ends.flatMap((end) => ('error' in end ? [end.error] : []));
  if (errors.length > 0)
    return `${errors.length} of ${ends.length} trials failed; the last said: ${errors.at(-1)!}`;
  return 'The budget ended before both families were measured once: give it more time, or leave out strategies.';
}

function withMetric(dataset: Dataset, metric: Metric | undefined): Dataset {
  return metric === undefined ? dataset : { ...dataset, metric };
}

function pick({ manifest, groups }: ProbeRequest): { manifest?: string; groups?: string } {
  return { ...(manifest === undefined ? {} : { manifest }), ...(groups === undefined ? {} : { groups }) };
}

function checkInput(state: ProbeState) {
  const { dataset, unreadable, samples, hashes, train, test } = state;
  return { dataset, unreadable, samples, hashes, train, test };
}

function datasetFacts(state: ProbeState): DatasetFacts {
  const { dataset, train, source } = state;
  const counts = dataset.classes.map((_, k) => dataset.samples.filter(({ label }) => label === k).length);
  return {
    samples: dataset.samples.length,
    trainSamples: train.length,
    classes: dataset.classes.length,
    smallestClass: Math.min(...counts),
    largestClass: Math.max(...counts),
    sourceGain: source === null ? null : source.pretrained - source.random,
  };
}

export type { Analysis };
