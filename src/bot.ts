/** `headstart bot`: the GitHub App. It answers webhooks and dispatches the workflow; it never trains. */
import { readSettings } from './bot/settings.js';
import { start } from './bot/start.js';
import { sayFailure } from './cli/failure.js';

try {
  await start(readSettings(process.env));
} catch (error) {
  process.exit(sayFailure(error));
}
