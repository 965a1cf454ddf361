/** `headstart bot`: the GitHub App. It answers webhooks and dispatches the workflow; it never trains. */
import { readSettings } from './bot/settings.js';
import { start } from './bot/start.js';
import { InputError, problemLine } from './manifest/problem.js';

try {
  await start(readSettings(process.env));
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${error.problems.map(problemLine).join('\n')}\n`);
  process.exitCode = 2;
}
