#!/usr/bin/env node
/** `headstart probe | inspect | analyze | render | engine | bot`. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command, CommanderError } from 'commander';
import { addEngineCommands } from './engine-commands.js';
import { InputError, problemLine } from './manifest/problem.js';
import { VERSION } from './probe/machine.js';
import { addProbeCommands } from './probe-commands.js';
import { plain } from './report/escape.js';
import { addReportCommands } from './report-commands.js';

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

  addProbeCommands(headstart);
  addReportCommands(headstart);
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

// Who stops reading, as `head` does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

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
