/** `headstart probe | inspect`. */
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import type { Metric } from './data/dataset.js';
import type { Outcome, ProbeRequest, Surroundings } from './run.js';
import { inspect, probe } from './headstart.js';
import { budget, strategyList, wholeNumber } from './option-values.js';
import { json, print, terminal } from './print.js';
import { showProgress } from './progress.js';
import { renderInspection } from './report/inspection.js';
import { renderTerminal } from './report/terminal.js';
import { typedCommand } from './typed-command.js';
import { STRATEGIES } from './verdict/arm.js';
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
  cache?: string | false;
  json?: true;
  quiet?: true;
}

export function addProbeCommands(headstart: Command): void {
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
      'keep embeddings and trials there, and take up those of images that have not changed; default .cache in --out',
    )
    .option('--no-cache', 'keep nothing, and measure everything')
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
