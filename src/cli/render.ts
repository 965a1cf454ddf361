/** `headstart render`: a report in another format. */
import { type Command, Option } from 'commander';
import { readJsonFile } from '../dataset/files/read-file.js';
import { markdownFile } from '../report/render/markdown.js';
import { renderTerminal } from '../report/render/terminal.js';
import { readReport } from '../report/validate.js';
import { EXIT_CODES } from './options.js';
import { print, terminal } from './output.js';

const REMEDY = 'Give a report.json as Headstart wrote it.';

const EXAMPLES = `
Examples:
  headstart render headstart-report/report.json
  headstart render report.json --format terminal
`;

export function addRender(headstart: Command): void {
  headstart
    .command('render')
    .description('a report in another format')
    .argument('<report>', 'report.json')
    .addOption(
      new Option('--format <name>', 'the format').choices(['markdown', 'terminal']).default('markdown'),
    )
    .addHelpText('after', EXAMPLES + EXIT_CODES)
    .action((file: string, { format }: { format: 'markdown' | 'terminal' }) => {
      const report = readReport(readJsonFile(file, process.cwd(), REMEDY), file);
      print(format === 'markdown' ? markdownFile(report) : renderTerminal(report, terminal()));
    });
}
