/** `headstart analyze | render`: from what an earlier run wrote. */
import { type Command, Option } from 'commander';
import { readJsonFile } from './manifest/json-file.js';
import { InputError } from './manifest/problem.js';
import { wholeNumber } from './option-values.js';
import { json, print, terminal } from './print.js';
import { reportOfAnalysis } from './report/assemble.js';
import { renderMarkdown } from './report/markdown.js';
import { renderTerminal } from './report/terminal.js';
import { readReport } from './report/validate.js';
import { analyse } from './verdict/analyse.js';
import { readMeasurements } from './verdict/input.js';

const MEASUREMENTS = 'Give a measurements.json, or a list of { strategy, trainExamples, accuracy }.';
const REPORT = 'Give a report.json as Headstart wrote it.';

export function addReportCommands(headstart: Command): void {
  headstart
    .command('analyze')
    .description('a verdict from recorded measurements')
    .argument('<measurements>', 'measurements.json, or an array of {strategy, trainExamples, accuracy}')
    .option('--horizon <images>', 'training images that the decision is for', wholeNumber)
    .option('--json', 'print JSON on standard output')
    .action((file: string, { horizon, json: asJson }: { horizon?: number; json?: true }) => {
      const measurements = about(file, () =>
        readMeasurements(readJsonFile(file, process.cwd(), MEASUREMENTS)),
      );
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
      const report = readReport(readJsonFile(file, process.cwd(), REPORT), file);
      print(format === 'markdown' ? renderMarkdown(report) : renderTerminal(report, terminal()));
    });
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
