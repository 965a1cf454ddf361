/** `headstart bot`: the GitHub App. It receives webhooks and dispatches the workflow; it never trains. */
import { readSettings } from './bot/settings.js';
import { start } from './bot/start.js';
import { printFailure } from './cli/output.js';

try {
  await start(readSettings(process.env));
} catch (error) {
  process.exit(printFailure(error));
}
