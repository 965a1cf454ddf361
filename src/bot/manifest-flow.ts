/** Creates a GitHub App from a manifest: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { clientClass } from '../github/client.js';
import { InputError } from '../problem.js';
import type { Reply, Route } from './server.js';
import type { ServerSettings } from './settings.js';

/** The permissions and events that the bot needs. */
export const permissions = {
  actions: 'write', // dispatch the workflow, see its runs, download artifacts
  checks: 'write', // the check run
  contents: 'read', // required for reading commits
  issues: 'read', // events for comments on pull requests
  metadata: 'read', // who has write access
  pull_requests: 'write', // the comment
} as const;
export const events = ['pull_request', 'issue_comment', 'check_run', 'check_suite', 'workflow_run'] as const;

export interface SetUp {
  server: ServerSettings;
  /** URL at which GitHub reaches the bot. */
  publicUrl: string;
  /** Receives messages for the user. */
  print: (line: string) => void;
}

/** Files for the credentials, which GitHub sends only once. They are next to the database, readable only by the owner. */
const ENVIRONMENT_FILE = 'headstart-bot.env';
const KEY_FILE = 'headstart-bot.pem';

/**
 * Routes that create an app: a page that sends the manifest to GitHub, and the page that GitHub redirects to with a
 * code. The link to the first contains a secret, and the second works once after the first.
 */
export function setUpRoutes({ server, publicUrl, print }: SetUp): {
  routes: Record<string, Route>;
  link: string;
} {
  const token = secret();
  let state: string | null = null;
  const begin: Route = (_, url) => {
    if (!same(url.searchParams.get('token'), token))
      return refused('This is not the link that the bot printed.');
    state = secret();
    const organization = url.searchParams.get('organization') ?? '';
    if (!/^[\w-]{0,100}$/u.test(organization)) return refused('The name of the organization is not valid.');
    return page('Create the app', form(server.serverUrl, organization, state, publicUrl), server.serverUrl);
  };
  const end: Route = async (_, url) => {
    const code = url.searchParams.get('code') ?? '';
    if (state === null || !same(url.searchParams.get('state'), state) || !/^[\w-]{1,200}$/u.test(code))
      return refused('The setup expired or was not started here. Open the link that the bot printed again.');
    state = null;
    const file = await convert(code, server, print);
    print(`The app was created. Restart the bot with the environment in ${file}.`);
    return page(
      'The app was created',
      `<p>Restart the bot with the environment in its file <code>${ENVIRONMENT_FILE}</code>, then install the app.</p>`,
      '',
    );
  };
  return {
    routes: { 'GET /setup': begin, 'GET /setup/callback': end },
    link: `${publicUrl}/setup?token=${token}`,
  };
}

/** The manifest of the app. */
export function manifest(publicUrl: string): object {
  return {
    name: 'Headstart bot',
    url: publicUrl,
    description:
      'Measures on the images of a pull request whether to start from a pre-trained model or from scratch.',
    hook_attributes: { url: `${publicUrl}/webhooks`, active: true },
    redirect_url: `${publicUrl}/setup/callback`,
    public: false,
    default_permissions: permissions,
    default_events: events,
  };
}

/** Exchanges the code for the app's key and secret, and writes them to files. They are never shown. */
async function convert(
  code: string,
  { apiUrl, database }: ServerSettings,
  print: SetUp['print'],
): Promise<string> {
  const github = new (clientClass({ apiUrl, log: print }))();
  const { data } = await github.rest.apps.createFromManifest({ code });
  const folder = dirname(resolve(database));
  const key = join(folder, KEY_FILE);
  const file = join(folder, ENVIRONMENT_FILE);
  const lines = [
    `APP_ID=${data.id}`,
    `PRIVATE_KEY_PATH=${key}`,
    `WEBHOOK_SECRET=${data.webhook_secret ?? ''}`,
  ];
  // `wx` never overwrites an existing app.
  writeFileSync(key, data.pem, { mode: 0o600, flag: 'wx' });
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}

/** @throws InputError when an earlier setup left its files. */
export function refuseSecondSetUp({ database }: ServerSettings): void {
  const folder = dirname(resolve(database));
  for (const name of [ENVIRONMENT_FILE, KEY_FILE]) {
    if (!existsSync(join(folder, name))) continue;
    throw new InputError([
      {
        file: join(folder, name),
        message: 'An app was already created.',
        remedy: `Start the bot with the environment in ${ENVIRONMENT_FILE}, or move both files to create another app.`,
      },
    ]);
  }
}

function form(serverUrl: string, organization: string, state: string, publicUrl: string): string {
  const owner = organization === '' ? 'settings/apps/new' : `organizations/${organization}/settings/apps/new`;
  return `<p>On the next page, GitHub shows the name of the app. It creates the app when you confirm there.</p>
<form method="post" action="${escaped(`${serverUrl}/${owner}?state=${state}`)}">
<input type="hidden" name="manifest" value="${escaped(JSON.stringify(manifest(publicUrl)))}">
<button>Continue on GitHub</button>
</form>`;
}

function page(title: string, body: string, formTarget: string): Reply {
  const action = formTarget === '' ? "'none'" : new URL(formTarget).origin;
  return {
    status: 200,
    html: `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>${title}</title>\n<h1>${title}</h1>\n${body}\n</html>\n`,
    headers: {
      'content-security-policy': `default-src 'none'; form-action ${action}; frame-ancestors 'none'; base-uri 'none'`,
      'referrer-policy': 'no-referrer',
    },
  };
}

function refused(message: string): Reply {
  return { status: 403, json: { message } };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

function same(given: string | null, wanted: string): boolean {
  const bytes = Buffer.from(given ?? '');
  return bytes.length === wanted.length && timingSafeEqual(bytes, Buffer.from(wanted));
}
