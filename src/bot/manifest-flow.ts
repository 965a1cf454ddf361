import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { clientClass } from '../github/client.js';
import { InputError } from '../problem.js';
import type { Reply, Route } from './server.js';
import type { Place } from './settings.js';

/** What the app asks for, and which events it is sent: as little as the bot can work with. */
export const permissions = {
  actions: 'write', // to dispatch the workflow, see its runs and read what they leave
  checks: 'write', // the check run
  contents: 'read', // GitHub wants it for whoever reads commits
  issues: 'read', // comments on pull requests are sent as comments on issues
  metadata: 'read', // who may write
  pull_requests: 'write', // the comment
} as const;
export const events = ['pull_request', 'issue_comment', 'check_run', 'check_suite', 'workflow_run'] as const;

export interface SetUp {
  place: Place;
  /** Address at which GitHub reaches the bot. */
  publicUrl: string;
  /** Told once the app is there. */
  say: (line: string) => void;
}

/** Files with what GitHub gives once; beside the queue, and for their owner alone. */
const environmentFile = 'headstart-bot.env';
const keyFile = 'headstart-bot.pem';

/**
 * The way to make an app: a page that sends its description to GitHub, and the page that GitHub comes back to with a
 * code. Only who knows the link can begin, and only what was begun here can be ended here, once.
 * @returns the routes, and the link.
 */
export function setUpRoutes({ place, publicUrl, say }: SetUp): {
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
    if (!/^[\w-]{0,100}$/u.test(organization)) return refused('There is no such organization.');
    return page('Make the app', form(place.serverUrl, organization, state, publicUrl), place.serverUrl);
  };
  const end: Route = async (_, url) => {
    const code = url.searchParams.get('code') ?? '';
    if (state === null || !same(url.searchParams.get('state'), state) || !/^[\w-]{1,200}$/u.test(code))
      return refused('This was not begun here, or is over: open the link that the bot printed once more.');
    state = null;
    const file = await convert(code, place, say);
    say(`The app is made. Start the bot again with the environment in ${file}.`);
    return page(
      'The app is made',
      `<p>Start the bot again with the environment in its file <code>${environmentFile}</code>, then install the app.</p>`,
      '',
    );
  };
  return {
    routes: { 'GET /setup': begin, 'GET /setup/callback': end },
    link: `${publicUrl}/setup?token=${token}`,
  };
}

/** What GitHub makes the app of. */
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

/** Gives the code for the app's key and secret, and keeps them; they are never shown. */
async function convert(code: string, { apiUrl, database }: Place, say: SetUp['say']): Promise<string> {
  const github = new (clientClass({ apiUrl, log: say }))();
  const { data } = await github.rest.apps.createFromManifest({ code });
  const folder = dirname(resolve(database));
  const key = join(folder, keyFile);
  const file = join(folder, environmentFile);
  const lines = [
    `APP_ID=${data.id}`,
    `PRIVATE_KEY_PATH=${key}`,
    `WEBHOOK_SECRET=${data.webhook_secret ?? ''}`,
  ];
  // `wx`: an app that is there already is not overwritten.
  writeFileSync(key, data.pem, { mode: 0o600, flag: 'wx' });
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}

/** @throws InputError where an earlier set-up left its files. */
export function refuseSecondSetUp({ database }: Place): void {
  const folder = dirname(resolve(database));
  for (const name of [environmentFile, keyFile]) {
    if (!existsSync(join(folder, name))) continue;
    throw new InputError([
      {
        file: join(folder, name),
        message: 'An app was made already.',
        remedy: `Start the bot with the environment in ${environmentFile}, or move both files away to make another app.`,
      },
    ]);
  }
}

function form(serverUrl: string, organization: string, state: string, publicUrl: string): string {
  const owner = organization === '' ? 'settings/apps/new' : `organizations/${organization}/settings/apps/new`;
  return `<p>GitHub shows the name of the app on the next page and makes it; nothing is made before you agree there.</p>
<form method="post" action="${escaped(`${serverUrl}/${owner}?state=${state}`)}">
<input type="hidden" name="manifest" value="${escaped(JSON.stringify(manifest(publicUrl)))}">
<button>Go on to GitHub</button>
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
