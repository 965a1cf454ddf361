#!/usr/bin/env node
/** `headstart probe | inspect | analyze | render | engine | bot`. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Argument, Command, CommanderError, type Option } from 'commander';
import { addEngineCommands } from './cli/engine-commands.js';
import { sayError, sayFailure } from './cli/failure.js';
import { VERSION } from './scheduling/machine.js';
import { addProbeCommands } from './cli/probe-commands.js';
import { EXIT_CODES } from './cli/exit-codes.js';
import { addReportCommands } from './cli/report-commands.js';

/** Choices and defaults as people type them, without quotes. */
function described({ description, argChoices, ...given }: Option | Argument): string {
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
  headstart probe photos --budget 1m30s   the same in a minute and a half
  headstart analyze measurements.json     a verdict from recorded measurements
  headstart probe --help                  options of a command
`;

/** Path of this program: its worker and its weights lie beside it. */
const PROGRAM = fileURLToPath(import.meta.url);

function program(): Command {
  const headstart = new Command('headstart')
    .description(
      'Measures whether an image classifier should start from a pre-trained model or from scratch.',
    )
    .version(VERSION)
    .exitOverride()
    .configureHelp({ optionDescription: described, argumentDescription: described })
    .addHelpText('after', EXAMPLES + EXIT_CODES);

  addProbeCommands(headstart, dirname(PROGRAM));
  addReportCommands(headstart);
  addEngineCommands(headstart, PROGRAM);

  headstart
    .command('bot')
    .description('serve as a GitHub App that dispatches the workflow and posts its results; see docs/bot.md')
    .action(async () => {
      // A program of its own beside this one, so that nothing else carries it; the bundler must not see what is loaded.
      const bot = pathToFileURL(join(dirname(PROGRAM), 'bot.js')).href;
      await import(/* webpackIgnore: true */ bot);
    });
  return headstart;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Who stops reading, as `head` does, has seen enough; the files are written all the same.
  if (error.code === 'EPIPE') return;
  sayError(`standard output cannot be written (${error.code ?? error.message}).`);
  process.once('exit', () => (process.exitCode = 1));
});

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = sayFailure(error);
}
