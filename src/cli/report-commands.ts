/** `headstart analyze | render`: from what an earlier run wrote. */
import { type Command, Option } from 'commander';
import { EXIT_CODES } from './exit-codes.js';
import { readJsonFile } from '../dataset/files/read-file.js';
import { InputError } from '../problem.js';
import { wholeNumber } from './option-values.js';
import { json, print, terminal } from './print.js';
import { reportOfAnalysis } from '../report/assemble.js';
import { markdownFile } from '../report/render/markdown.js';
import { renderTerminal } from '../report/render/terminal.js';
import { readReport } from '../report/validate.js';
import { analyze } from '../verdict/analyze.js';
import { readMeasurements } from '../verdict/read-measurements.js';

const MEASUREMENTS = 'Give a measurements.json, or a list of { strategy, trainExamples, accuracy }.';
const REPORT = 'Give a report.json as Headstart wrote it.';

const ANALYZE_EXAMPLES = `
Examples:
  headstart analyze headstart-report/measurements.json
  headstart analyze mine.json --horizon 20000 --json
`;

const RENDER_EXAMPLES = `
Examples:
  headstart render headstart-report/report.json
  headstart render report.json --format terminal
`;

export function addReportCommands(headstart: Command): void {
  headstart
    .command('analyze')
    .description('a verdict from recorded measurements')
    .argument('<measurements>', 'measurements.json, or an array of {strategy, trainExamples, accuracy}')
    .option('--horizon <images>', 'training images that the decision is for', wholeNumber)
    .option('--json', 'print JSON on standard output')
    .addHelpText('after', ANALYZE_EXAMPLES + EXIT_CODES)
    .action((file: string, { horizon, json: asJson }: { horizon?: number; json?: true }) => {
      const measurements = about(file, () =>
        readMeasurements(readJsonFile(file, process.cwd(), MEASUREMENTS)),
      );
      const analysis = analyze(measurements, horizon === undefined ? {} : { horizon });
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
    .addOption(
      new Option('--format <name>', 'how it is written')
        .choices(['markdown', 'terminal'])
        .default('markdown'),
    )
    .addHelpText('after', RENDER_EXAMPLES + EXIT_CODES)
    .action((file: string, { format }: { format: 'markdown' | 'terminal' }) => {
      const report = readReport(readJsonFile(file, process.cwd(), REPORT), file);
      print(format === 'markdown' ? markdownFile(report) : renderTerminal(report, terminal()));
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
