/** `headstart analyze`: a verdict from recorded measurements. */
import type { Command } from 'commander';
import { readJsonFile } from '../dataset/files/read-file.js';
import { InputError } from '../problem.js';
import { reportOfAnalysis } from '../report/assemble.js';
import { renderTerminal } from '../report/render/terminal.js';
import { analyze } from '../verdict/analyze.js';
import { readMeasurements } from '../verdict/read-measurements.js';
import { EXIT_CODES, wholeNumber } from './options.js';
import { json, print, terminal } from './output.js';

const REMEDY = 'Give a measurements.json, or a list of { strategy, trainExamples, accuracy }.';

const EXAMPLES = `
Examples:
  headstart analyze headstart-report/measurements.json
  headstart analyze mine.json --horizon 20000 --json
`;

export function addAnalyze(headstart: Command): void {
  headstart
    .command('analyze')
    .description('a verdict from recorded measurements')
    .argument('<measurements>', 'measurements.json, or an array of {strategy, trainExamples, accuracy}')
    .option('--horizon <images>', 'training images that the decision is for', wholeNumber)
    .option('--json', 'print JSON on standard output')
    .addHelpText('after', EXAMPLES + EXIT_CODES)
    .action((file: string, { horizon, json: asJson }: { horizon?: number; json?: true }) => {
      const analysis = analyze(read(file), horizon === undefined ? {} : { horizon });
      if (asJson === true) print(json(analysis));
      else print(renderTerminal(reportOfAnalysis(analysis, new Date().toISOString()), terminal()));
    });
}

/** Adds the file to problems without one. */
function read(file: string): ReturnType<typeof readMeasurements> {
  try {
    return readMeasurements(readJsonFile(file, process.cwd(), REMEDY));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map((problem) => (problem.file === '' ? { ...problem, file } : problem)),
    );
  }
}
