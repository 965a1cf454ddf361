/** `headstart probe`: trains all strategies briefly and recommends one. */
import { basename, dirname, join, relative } from 'node:path';
import { type Command, Option } from 'commander';
import type { Metric } from '../dataset/dataset.js';
import { probe } from '../pipeline/probe.js';
import type { Outcome, ProbeRequest, RunContext } from '../pipeline/run.js';
import { renderTerminal } from '../report/render/terminal.js';
import { STRATEGIES } from '../verdict/arm.js';
import type { StrategyName } from '../verdict/types.js';
import { budget, datasetArgument, EXIT_CODES, strategyList, typedCommand, wholeNumber } from './options.js';
import { json, print, printError, terminal } from './output.js';
import { type ProgressDisplay, showProgress } from './progress.js';

export const DEFAULT_BUDGET_SECONDS = 300;
const NOTHING_MEASURED = 'The run was cancelled before anything was measured; nothing was written.';

export interface ProbeOptions {
  manifest?: string;
  groups?: string;
  out: string;
  budget: number;
  engine: ProbeRequest['engine'];
  backbone: string;
  backboneSha256?: string;
  allowUnpinned?: true;
  backboneFallback?: true;
  strategies?: StrategyName[];
  metric?: Metric;
  seed: number;
  workers?: number;
  plan?: string;
  cache?: string | false;
  json?: true;
  quiet?: true;
}

const EXAMPLES = `
Examples:
  headstart probe photos --budget 40s
  headstart probe labels.csv --groups patients.csv --budget 1h30m
  headstart probe photos --json --quiet > report.json
  headstart probe photos --plan headstart-report/receipt.json --out again
`;

/** @param programDir folder with `worker.js` and `weights/`. */
export function addProbe(headstart: Command, programDir: string): void {
  headstart
    .command('probe')
    .description('train all strategies briefly on your images and recommend one')
    .addArgument(datasetArgument())
    .option('--manifest <file>', 'the manifest, if it is not found automatically')
    .option('--groups <table>', 'CSV, TSV or JSONL with image and group: images of a group stay together')
    .option(
      '--out <folder>',
      'folder for the report, as report.md to read and report.json for programs',
      'headstart-report',
    )
    .addOption(
      new Option('--budget <time>', 'wall-clock time, such as 40s, 5m, 1m30s, 1h')
        .argParser(budget)
        .default(DEFAULT_BUDGET_SECONDS, '5m'),
    )
    .addOption(
      new Option('--engine <name>', 'what computes').choices(['auto', 'tensorflow', 'wasm']).default('auto'),
    )
    .option(
      '--backbone <source>',
      'the pre-trained network: embedded, embedded-drawn, auto, a MobileNet by name, your own model by path or URL, hf://owner/model',
      'embedded',
    )
    .option('--backbone-sha256 <hash>', 'of its weight files, joined in the order of the manifest')
    .option('--allow-unpinned', 'use a download with no known SHA-256; the receipt records its hash')
    .option('--backbone-fallback', 'use the embedded backbone if the other is not available')
    .option('--strategies <list>', `comma-separated, of ${STRATEGIES.join(', ')}`, strategyList)
    .addOption(new Option('--metric <name>', 'what is compared').choices(['accuracy', 'balanced-accuracy']))
    .option('--seed <number>', 'for splits, subsets and random starts', wholeNumber, 1)
    .option('--workers <number>', 'processes; default: one per core', wholeNumber)
    .option('--plan <file>', 'repeat the trials of an earlier receipt.json or plan.json')
    .option(
      '--cache <folder>',
      'reuse embeddings and trials of unchanged images from there; default: .cache in --out',
    )
    .option('--no-cache', 'measure everything and store nothing')
    .option('--json', 'print the report as JSON on standard output')
    .option('--quiet', 'no progress')
    .addHelpText('after', EXAMPLES + EXIT_CODES)
    .action((path: string, options: ProbeOptions) => runProbe(programDir, path, options));
}

async function runProbe(programDir: string, path: string, options: ProbeOptions): Promise<void> {
  const isText = options.json !== true;
  const outcomes = await withContext(programDir, options, (context, progress) =>
    probe(probeRequest(path, options), {
      ...context,
      onReport: (report) => {
        progress.clear();
        if (isText) print(renderTerminal(report, terminal()));
      },
    }),
  );
  const reports = outcomes.map(({ report }) => report);
  if (isText) printFiles(outcomes);
  else if (reports.length > 0) print(json(reports.length === 1 ? reports[0] : reports));
  const writeErrors = outcomes.flatMap((outcome) => outcome.unwritten);
  for (const error of writeErrors) printError(error);
  if (outcomes.length === 0) printError(NOTHING_MEASURED);
  const isComplete = reports.length > 0 && reports.every(({ status }) => status === 'complete');
  process.exitCode = isComplete && writeErrors.length === 0 ? 0 : 1;
}

export function probeRequest(path: string, options: ProbeOptions): ProbeRequest {
  const { manifest, groups, out, engine, strategies, metric, seed, workers, plan, cache } = options;
  const optional = {
    manifest,
    groups,
    strategies,
    metric,
    workers,
    plan,
    cache: cache === false ? undefined : (cache ?? join(out, '.cache')),
    command: plan === undefined ? typedCommand(process.argv, process.cwd()) : undefined,
  };
  const set = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const backbone = {
    source: options.backbone,
    sha256: options.backboneSha256 ?? null,
    unpinned: options.allowUnpinned === true,
    fallback: options.backboneFallback === true,
  };
  return { path, out, budgetSeconds: options.budget, engine, backbone, seed, ...set };
}

/** The first interrupt stops the work, which then reports what it has; the second ends the program. */
export async function withContext<T>(
  programDir: string,
  { quiet, budget: budgetSeconds }: Pick<ProbeOptions, 'quiet' | 'budget'>,
  work: (context: RunContext, progress: ProgressDisplay) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const progress = showProgress(quiet !== true, budgetSeconds);
  const stop = (): void => {
    progress.end();
    process.stderr.write('Stopping. Interrupt again to end at once.\n');
    abort.abort(new Error('The run was cancelled.'));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const context: RunContext = {
    programDir,
    cwd: process.cwd(),
    signal: abort.signal,
    onProgress: (event) => (abort.signal.aborted ? undefined : progress.update(event)),
  };
  try {
    return await work(context, progress);
  } catch (error) {
    // After an interrupt, errors of ended worker processes do not matter.
    abort.signal.throwIfAborted();
    throw error;
  } finally {
    progress.end();
  }
}

/** Names the written files; a report without a choice has no recipe. */
function printFiles(outcomes: readonly Outcome[]): void {
  for (const { files } of outcomes) {
    if (files.length === 0) continue;
    const folder = relative(process.cwd(), dirname(files[0])) || '.';
    print(`Written to ${folder}: ${files.map((file) => basename(file)).join(', ')}`);
  }
}
