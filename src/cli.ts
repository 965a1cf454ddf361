#!/usr/bin/env node
/** `headstart probe | inspect | analyze | render | engine | bot`. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Argument, Command, CommanderError, type Option } from 'commander';
import { addAnalyze } from './cli/analyze.js';
import { addEngine } from './cli/engine.js';
import { addInspect } from './cli/inspect.js';
import { EXIT_CODES } from './cli/options.js';
import { printError, printFailure } from './cli/output.js';
import { addProbe } from './cli/probe.js';
import { addRender } from './cli/render.js';
import { VERSION } from './scheduling/machine.js';

/** Adds choices and defaults to a description, without quotes. */
function describe({ description, argChoices, ...given }: Option | Argument): string {
  const value = given.defaultValueDescription ?? (given.defaultValue as string | number | undefined);
  const facts = [
    ...(argChoices === undefined ? [] : [argChoices.join(', ')]),
    ...(value === undefined ? [] : [`default: ${value}`]),
  ];
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`;
}

const EXAMPLES = `
Examples:
  headstart inspect photos                check the data, train nothing
  headstart probe photos                  measure for five minutes and recommend
  headstart probe photos --budget 1m30s   the same in 90 seconds
  headstart analyze measurements.json     a verdict from recorded measurements
  headstart probe --help                  options of a command
`;

/** Path of this program. Its worker and weights are in the same folder. */
const PROGRAM = fileURLToPath(import.meta.url);

function program(): Command {
  const headstart = new Command('headstart')
    .description(
      'Measures whether an image classifier should start from a pre-trained model or from scratch.',
    )
    .version(VERSION)
    .exitOverride()
    .configureHelp({ optionDescription: describe, argumentDescription: describe })
    .addHelpText('after', EXAMPLES + EXIT_CODES);

  addProbe(headstart, dirname(PROGRAM));
  addInspect(headstart, dirname(PROGRAM));
  addAnalyze(headstart);
  addRender(headstart);
  addEngine(headstart, PROGRAM);

  headstart
    .command('bot')
    .description('serve as a GitHub App that dispatches the workflow and posts its results; see docs/bot.md')
    .action(async () => {
      // A separate bundle, so that other commands do not load it. The bundler must not see the import.
      const bot = pathToFileURL(join(dirname(PROGRAM), 'bot.js')).href;
      await import(/* webpackIgnore: true */ bot);
    });
  return headstart;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader, such as `head`, closed the pipe. The run still writes its files.
  if (error.code === 'EPIPE') return;
  printError(`cannot write to standard output (${error.code ?? error.message}).`);
  process.once('exit', () => (process.exitCode = 1));
});

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = printFailure(error);
}
