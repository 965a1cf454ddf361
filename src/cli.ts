#!/usr/bin/env node
/** `headstart probe | inspect | analyze | render | engine | bot`. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import type { Metric } from './data/dataset.js';
import { addEngineCommands } from './engine-commands.js';
import { inspect, probe, type Outcome, type ProbeRequest, type Surroundings } from './headstart.js';
import { InputError, problemLine } from './manifest/problem.js';
import { budget, STRATEGIES, strategyList, wholeNumber } from './option-values.js';
import { VERSION } from './probe/machine.js';
import { showProgress } from './progress.js';
import { plain } from './report/escape.js';
import { renderInspection } from './report/inspection.js';
import { renderMarkdown } from './report/markdown.js';
import { reportOfAnalysis } from './report/assemble.js';
import { renderTerminal } from './report/terminal.js';
import { readReport } from './report/validate.js';
import { analyse } from './verdict/analyse.js';
import { readMeasurements } from './verdict/input.js';
import type { StrategyName } from './verdict/model.js';

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
  cache?: string;
  json?: true;
  quiet?: true;
}

/** Characters. */
const longestProblem = 2000;

function program(): Command {
  const headstart = new Command('headstart')
    .description(
      'Measures whether an image classifier should start from a pre-trained model or from scratch.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) });

  headstart
    .command('probe')
    .description('train short probes of all strategies on your images and recommend one')
    .argument('[path]', 'dataset folder, manifest, or folder of datasets', '.')
    .option('--manifest <file>', 'the manifest, when it is not found by itself')
    .option('--groups <table>', 'CSV, TSV or JSONL with image and group: images of a group stay together')
    .option(
      '--out <folder>',
      'where report.json, measurements.json, report.md and recipe.json go',
      'headstart-report',
    )
    .option('--budget <time>', 'wall-clock time, like 40s, 5m, 1h', budget, 300)
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
      'keep embeddings and trials there, and take up those of images that have not changed',
    )
    .option('--json', 'print the report as JSON on standard output')
    .option('--quiet', 'no progress')
    .action(async (path: string, options: ProbeOptions) => {
      const outcomes = await withSurroundings(options, (surroundings) =>
        probe(request(path, options), surroundings),
      );
      printOutcomes(outcomes, options);
      const allDone = outcomes.length > 0 && outcomes.every(({ report }) => report.status === 'complete');
      process.exitCode = allDone ? 0 : 1;
    });

  headstart
    .command('inspect')
    .description('read the manifest and check the data, without training')
    .argument('[path]', 'dataset folder, manifest, or folder of datasets', '.')
    .option('--manifest <file>', 'the manifest, when it is not found by itself')
    .option('--groups <table>', 'CSV, TSV or JSONL with image and group')
    .option('--seed <number>', 'for splits', wholeNumber, 1)
    .option('--json', 'print JSON on standard output')
    .option('--quiet', 'no progress')
    .action(
      async (
        path: string,
        options: Pick<ProbeOptions, 'manifest' | 'groups' | 'seed' | 'json' | 'quiet'>,
      ) => {
        const full: ProbeOptions = { out: '', budget: 300, engine: 'wasm', backbone: 'embedded', ...options };
        const states = await withSurroundings(full, (surroundings) =>
          inspect(request(path, full), surroundings),
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

  headstart
    .command('analyze')
    .description('a verdict from recorded measurements')
    .argument('<measurements>', 'measurements.json, or an array of {strategy, trainExamples, accuracy}')
    .option('--horizon <images>', 'training images that the decision is for', wholeNumber)
    .option('--json', 'print JSON on standard output')
    .action((file: string, { horizon, json: asJson }: { horizon?: number; json?: true }) => {
      const measurements = about(file, () => readMeasurements(readJson(file)));
      const analysis = analyse(measurements, horizon === undefined ? {} : { horizon });
      print(
        asJson === true
          ? json(analysis)
          : renderTerminal(reportOfAnalysis(analysis, new Date().toISOString()), terminal()),
      );
    });

  headstart
    .command('render')
    .description('a report in another form')
    .argument('<report>', 'report.json')
    .addOption(new Option('--format <name>').choices(['markdown', 'terminal']).default('markdown'))
    .action((file: string, { format }: { format: 'markdown' | 'terminal' }) => {
      const report = readReport(readJson(file), file);
      print(format === 'markdown' ? renderMarkdown(report) : renderTerminal(report, terminal()));
    });

  addEngineCommands(headstart);

  headstart
    .command('bot')
    .description('serve as a GitHub App that dispatches the workflow and posts its results; see docs/bot.md')
    .action(async () => {
      // A program of its own beside this one, so that nothing else carries it; the bundler must not see what is loaded.
      const bot = pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), 'bot.js')).href;
      await import(/* webpackIgnore: true */ bot);
    });
  return headstart;
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
  const given = { manifest, groups, strategies, metric, workers, plan, cache };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const backbone = {
    source,
    sha256: backboneSha256 ?? null,
    unpinned: allowUnpinned === true,
    fallback: backboneFallback === true,
  };
  return { path, out, budgetSeconds, engine, backbone, seed, ...set };
}

async function withSurroundings<T>(
  { quiet, json: asJson }: Pick<ProbeOptions, 'quiet' | 'json'>,
  work: (surroundings: Surroundings) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  const progress = showProgress(quiet !== true, asJson === true);
  try {
    return await work({
      home: dirname(fileURLToPath(import.meta.url)),
      cwd: process.cwd(),
      signal: abort.signal,
      onProgress: (event) => progress.update(event),
    });
  } finally {
    progress.end();
  }
}

// Who stops reading, as `head` does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

function printOutcomes(outcomes: Outcome[], { json: asJson }: ProbeOptions): void {
  if (asJson === true) {
    const reports = outcomes.map(({ report }) => report);
    print(json(reports.length === 1 ? reports[0] : reports));
    return;
  }
  for (const { report, directory } of outcomes) {
    print(renderTerminal(report, terminal()));
    print(
      `Written to ${relative(process.cwd(), directory) || '.'}: report.md, report.json, measurements.json, recipe.json, receipt.json`,
    );
  }
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

function terminal(): { width: number; colour: boolean } {
  const { columns, isTTY } = process.stdout;
  return {
    width: isTTY ? Math.min(columns, 100) : 100,
    colour: isTTY && process.env['NO_COLOR'] === undefined,
  };
}

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

function json(value: unknown): string {
  // On a runner of GitHub's, what is printed is searched for commands, and this begins one wherever it stands.
  return JSON.stringify(value, null, 2).replaceAll('##[', '#\\u0023[');
}

/** Names the file in problems of what was read from it. */
function about<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map((problem) => (problem.file === '' ? { ...problem, file } : problem)),
    );
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(resolve(file), 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new InputError([
      {
        file,
        message: `cannot be read as JSON (${error instanceof Error ? error.message : String(error)}).`,
      },
    ]);
  }
}

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof InputError) {
    process.stderr.write(
      `${error.problems.map((problem) => plain(problemLine(problem), longestProblem)).join('\n')}\n`,
    );
    process.exitCode = 2;
  } else {
    process.stderr.write(
      `Headstart failed: ${plain(error instanceof Error ? error.message : String(error), longestProblem)}\n`,
    );
    process.exitCode = 1;
  }
}
