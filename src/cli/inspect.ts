/** `headstart inspect`: checks the data without training. */
import type { Command } from 'commander';
import { inspect } from '../pipeline/probe.js';
import { renderInspection } from '../report/render/inspection.js';
import { datasetArgument, EXIT_CODES, wholeNumber } from './options.js';
import { json, print } from './output.js';
import { DEFAULT_BUDGET_SECONDS, type ProbeOptions, probeRequest, withContext } from './probe.js';

const EXAMPLES = `
Examples:
  headstart inspect photos
  headstart inspect labels.csv --groups patients.csv --json
`;

type InspectOptions = Pick<ProbeOptions, 'manifest' | 'groups' | 'seed' | 'json' | 'quiet'>;

/** @param programDir folder with `worker.js` and `weights/`. */
export function addInspect(headstart: Command, programDir: string): void {
  headstart
    .command('inspect')
    .description('read the manifest and check the data, without training')
    .addArgument(datasetArgument())
    .option('--manifest <file>', 'the manifest, if it is not found automatically')
    .option('--groups <table>', 'CSV, TSV or JSONL with image and group')
    .option('--seed <number>', 'for splits', wholeNumber, 1)
    .option('--json', 'print JSON on standard output')
    .option('--quiet', 'no progress')
    .addHelpText('after', EXAMPLES + EXIT_CODES)
    .action(async (path: string, options: InspectOptions) => {
      const probeOptions: ProbeOptions = {
        out: '',
        budget: DEFAULT_BUDGET_SECONDS,
        engine: 'wasm',
        backbone: 'embedded',
        ...options,
      };
      const states = await withContext(programDir, probeOptions, (context) =>
        inspect(probeRequest(path, probeOptions), context),
      );
      if (options.json === true) print(json(states.map(jsonOf)));
      else print(states.map((state) => renderInspection(state)).join('\n'));
      const isBlocked = states.some(({ findings }) => findings.some(({ effect }) => effect === 'blocks'));
      process.exitCode = isBlocked ? 1 : 0;
    });
}

function jsonOf(state: Awaited<ReturnType<typeof inspect>>[number]) {
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
