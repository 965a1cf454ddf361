/** `headstart probe | inspect`. */
import { basename, dirname, join, relative } from 'node:path';
import { Argument, type Command, Option } from 'commander';
import type { Metric } from '../dataset/dataset.js';
import { EXIT_CODES } from './exit-codes.js';
import { sayError } from './failure.js';
import type { Outcome, ProbeRequest, RunContext } from '../pipeline/run.js';
import { inspect, probe } from '../pipeline/probe.js';
import { budget, strategyList, wholeNumber } from './option-values.js';
import { json, print, terminal } from './print.js';
import { type ProgressDisplay, showProgress } from './progress.js';
import { renderInspection } from '../report/render/inspection.js';
import type { Report } from '../report/types.js';
import { renderTerminal } from '../report/render/terminal.js';
import { typedCommand } from './typed-command.js';
import { STRATEGIES } from '../verdict/arm.js';
import type { StrategyName } from '../verdict/types.js';

const BUDGET_SECONDS = 300;
const NOTHING_MEASURED = 'The run was cancelled before anything was measured; nothing was written.';

interface ProbeOptions {
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

const PROBE_EXAMPLES = `
Examples:
  headstart probe photos --budget 40s
  headstart probe labels.csv --groups patients.csv --budget 1h30m
  headstart probe photos --json --quiet > report.json
  headstart probe photos --plan headstart-report/receipt.json --out again
`;

const INSPECT_EXAMPLES = `
Examples:
  headstart inspect photos
  headstart inspect labels.csv --groups patients.csv --json
`;

/** @param programDir holds `worker.js` and `weights/`. */
export function addProbeCommands(headstart: Command, programDir: string): void {
  headstart
    .command('probe')
    .description('train short probes of all strategies on your images and recommend one')
    .addArgument(dataset())
    .option('--manifest <file>', 'the manifest, when it is not found by itself')
    .option('--groups <table>', 'CSV, TSV or JSONL with image and group: images of a group stay together')
    .option(
      '--out <folder>',
      'where the report goes, as report.md to read and report.json for programs',
      'headstart-report',
    )
    .addOption(
      new Option('--budget <time>', 'wall-clock time, like 40s, 5m, 1m30s, 1h')
        .argParser(budget)
        .default(BUDGET_SECONDS, '5m'),
    )
    .addOption(
      new Option('--engine <name>', 'what computes').choices(['auto', 'tensorflow', 'wasm']).default('auto'),
    )
    .option(
      '--backbone <source>',
      'the pre-trained network: embedded, embedded-drawn, auto, a MobileNet by name, a model of your own by path or URL, hf://owner/model',
      'embedded',
    )
    .option('--backbone-sha256 <hash>', 'of its weight files joined in the order of the manifest')
    .option('--allow-unpinned', 'use a download whose hash nobody has said; the receipt records it')
    .option('--backbone-fallback', 'use the embedded backbone when the other cannot be had')
    .option('--strategies <list>', `comma-separated, of ${STRATEGIES.join(', ')}`, strategyList)
    .addOption(new Option('--metric <name>', 'what is compared').choices(['accuracy', 'balanced-accuracy']))
    .option('--seed <number>', 'for splits, subsets and random starts', wholeNumber, 1)
    .option('--workers <number>', 'processes; default one a core', wholeNumber)
    .option('--plan <file>', 'repeat the trials of an earlier receipt.json or plan.json')
    .option(
      '--cache <folder>',
      'keep embeddings and trials there, and take up those of images that have not changed; default .cache in --out',
    )
    .option('--no-cache', 'keep nothing, and measure everything')
    .option('--json', 'print the report as JSON on standard output')
    .option('--quiet', 'no progress')
    .addHelpText('after', PROBE_EXAMPLES + EXIT_CODES)
    .action(async (path: string, options: ProbeOptions) => {
      const isText = options.json !== true;
      const outcomes = await withContext(programDir, options, (context, progress) =>
        probe(request(path, options), {
          ...context,
          onReport: (report) => {
            progress.clear();
            if (isText) print(renderTerminal(report, terminal()));
          },
        }),
      );
      if (isText) announce(outcomes);
      else printJson(outcomes.map(({ report }) => report));
      const unwritten = outcomes.flatMap((outcome) => outcome.unwritten);
      for (const why of unwritten) sayError(why);
      if (outcomes.length === 0) sayError(NOTHING_MEASURED);
      const allDone = outcomes.length > 0 && outcomes.every(({ report }) => report.status === 'complete');
      process.exitCode = allDone && unwritten.length === 0 ? 0 : 1;
    });

  headstart
    .command('inspect')
    .description('read the manifest and check the data, without training')
    .addArgument(dataset())
    .option('--manifest <file>', 'the manifest, when it is not found by itself')
    .option('--groups <table>', 'CSV, TSV or JSONL with image and group')
    .option('--seed <number>', 'for splits', wholeNumber, 1)
    .option('--json', 'print JSON on standard output')
    .option('--quiet', 'no progress')
    .addHelpText('after', INSPECT_EXAMPLES + EXIT_CODES)
    .action(
      async (
        path: string,
        options: Pick<ProbeOptions, 'manifest' | 'groups' | 'seed' | 'json' | 'quiet'>,
      ) => {
        const full: ProbeOptions = {
          out: '',
          budget: BUDGET_SECONDS,
          engine: 'wasm',
          backbone: 'embedded',
          ...options,
        };
        const states = await withContext(programDir, full, (context) =>
          inspect(request(path, full), context),
        );
        print(
          options.json === true
            ? json(states.map(inspection))
            : states.map((state) => renderInspection(state)).join('\n'),
        );
        const stopped = states.some(({ findings }) => findings.some(({ effect }) => effect === 'blocks'));
        process.exitCode = stopped ? 1 : 0;
      },
    );
}

function dataset(): Argument {
  return new Argument('[path]', 'dataset folder, table, manifest, or folder of datasets').default(
    '.',
    'the working directory',
  );
}

function request(path: string, options: ProbeOptions): ProbeRequest {
  const {
    manifest,
    groups,
    out,
    budget: budgetSeconds,
    engine,
    backbone: source,
    backboneSha256,
    allowUnpinned,
    backboneFallback,
    strategies,
    metric,
    seed,
    workers,
    plan,
    cache,
  } = options;
  const given = {
    manifest,
    groups,
    strategies,
    metric,
    workers,
    plan,
    cache: cache === false ? undefined : (cache ?? join(out, '.cache')),
    command: plan === undefined ? typedCommand(process.argv, process.cwd()) : undefined,
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const backbone = {
    source,
    sha256: backboneSha256 ?? null,
    unpinned: allowUnpinned === true,
    fallback: backboneFallback === true,
  };
  return { path, out, budgetSeconds, engine, backbone, seed, ...set };
}

/** The first interrupt ends the work, which then says what it has; a second one ends the program at once. */
async function withContext<T>(
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
    // Whatever the end of its processes looked like from inside.
    abort.signal.throwIfAborted();
    throw error;
  } finally {
    progress.end();
  }
}

/** Only what was written: a report without a choice has no recipe. */
function announce(outcomes: readonly Outcome[]): void {
  for (const { files } of outcomes) {
    if (files.length === 0) continue;
    const folder = relative(process.cwd(), dirname(files[0])) || '.';
    print(`Written to ${folder}: ${files.map((file) => basename(file)).join(', ')}`);
  }
}

function printJson(reports: readonly Report[]): void {
  if (reports.length > 0) print(json(reports.length === 1 ? reports[0] : reports));
}

function inspection(state: Awaited<ReturnType<typeof inspect>>[number]) {
  const { dataset, findings, train, test, splitMethod, metric, unreadable } = state;
  const { samples, ...rest } = dataset;
  return {
    dataset: { ...rest, samples: samples.length },
    splits: { train: train.length, test: test.length, method: splitMethod },
    metric,
    unreadable,
    findings,
  };
}
