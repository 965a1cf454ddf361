import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { repositoryNamed, type Repository } from '../github/events/event.js';
import { InputError, type Problem } from '../problem.js';

/** Where the bot listens, stores its queue and finds GitHub. */
export interface ServerSettings {
  host: string;
  port: number;
  /** File of the queue. */
  database: string;
  apiUrl: string;
  serverUrl: string;
}

/** The app that the bot serves. */
export interface AppIdentity {
  appId: number;
  privateKey: string;
  /** The current secret, then the previous one during a rotation. */
  secrets: string[];
  /** File name of the workflow that the bot dispatches. */
  workflow: string;
  /** The repository in which the workflow runs for all others; null: it runs in each of them. */
  central: Repository | null;
}

export type Settings =
  | { mode: 'serve'; server: ServerSettings; identity: AppIdentity }
  /** There is no app yet: the bot serves only pages that create one. */
  | { mode: 'set up'; server: ServerSettings; publicUrl: string; workflow: string };

const MIN_SECRET_LENGTH = 16;
const IDENTITY_VARIABLES = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'];

/**
 * Reads the environment of the bot. An empty variable counts as not set.
 * @throws InputError with all invalid variables.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const problems: Problem[] = [];
  const value = (name: string): string => (environment[name] ?? '').trim();
  const report = (name: string, message: string, remedy: string): void => {
    problems.push({ file: name, message, remedy });
  };
  const server = readServer(value, report);
  const workflow = readWorkflow(value, report);
  const settings: Settings = IDENTITY_VARIABLES.some((name) => value(name) !== '')
    ? { mode: 'serve', server, identity: readIdentity(value, report, workflow) }
    : { mode: 'set up', server, workflow, publicUrl: readPublicUrl(value, report) };
  if (problems.length > 0) throw new InputError(problems);
  return settings;
}

type Value = (name: string) => string;
type Report = (name: string, message: string, remedy: string) => void;

function readServer(value: Value, report: Report): ServerSettings {
  const port = value('PORT') === '' ? 3000 : Number(/^\d{1,5}$/u.exec(value('PORT'))?.[0] ?? NaN);
  if (!(port <= 65_535))
    report('PORT', 'It is not a port.', 'Use a number from 0 to 65535, or leave it out for 3000.');
  return {
    host: value('HOST') || '127.0.0.1',
    port,
    database: value('DATABASE') || 'headstart-bot.db',
    apiUrl: readUrl('GITHUB_API_URL', 'https://api.github.com', value, report),
    serverUrl: readUrl('GITHUB_SERVER_URL', 'https://github.com', value, report),
  };
}

function readIdentity(value: Value, report: Report, workflow: string): AppIdentity {
  const appId = /^[1-9]\d{0,14}$/u.test(value('APP_ID')) ? Number(value('APP_ID')) : NaN;
  if (Number.isNaN(appId))
    report('APP_ID', 'It is not the id of an app.', 'Copy the number from the settings of the app.');
  const secret = value('WEBHOOK_SECRET');
  const previous = value('WEBHOOK_SECRET_PREVIOUS');
  const secrets = previous === '' ? [secret] : [secret, previous];
  for (const [index, name] of ['WEBHOOK_SECRET', 'WEBHOOK_SECRET_PREVIOUS']
    .slice(0, secrets.length)
    .entries()) {
    if (secrets[index].length >= MIN_SECRET_LENGTH) continue;
    report(
      name,
      `It has fewer than ${MIN_SECRET_LENGTH} characters.`,
      'Copy the webhook secret of the app, ideally 32 random characters.',
    );
  }
  const named = value('CENTRAL_REPOSITORY');
  const central = named === '' ? null : repositoryNamed(named);
  if (named !== '' && central === null)
    report('CENTRAL_REPOSITORY', 'It is not the name of a repository.', 'Write owner/name, or leave it out.');
  return { appId, privateKey: readKey(value, report), secrets, workflow, central };
}

function readKey(value: Value, report: Report): string {
  const name = value('PRIVATE_KEY') === '' ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY';
  const remedy =
    'Set PRIVATE_KEY_PATH to the path of the .pem file from the settings of the app, or PRIVATE_KEY to its text.';
  if (value(name) === '') {
    report('PRIVATE_KEY', 'There is no private key.', remedy);
    return '';
  }
  try {
    // Container variables may allow only one line, with `\n` for line ends.
    const pem =
      name === 'PRIVATE_KEY' ? value(name).replaceAll('\\n', '\n') : readFileSync(value(name), 'utf8');
    // The library that signs tokens accepts only this format.
    return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    report(name, missing ? 'The file does not exist.' : 'It is not a valid private key.', remedy);
    return '';
  }
}

function readWorkflow(value: Value, report: Report): string {
  const workflow = value('WORKFLOW') || 'headstart-app.yml';
  if (!/^[\w.-]{1,100}\.ya?ml$/u.test(workflow))
    report(
      'WORKFLOW',
      'It is not the file name of a workflow.',
      'Write a name such as headstart-app.yml, without folders.',
    );
  return workflow;
}

function readPublicUrl(value: Value, report: Report): string {
  if (value('PUBLIC_URL') === '') {
    report(
      'APP_ID, PRIVATE_KEY_PATH, WEBHOOK_SECRET',
      'They are not set, and neither is PUBLIC_URL.',
      'Set these three for an existing app. To create one, set only PUBLIC_URL, the URL at which GitHub reaches the bot.',
    );
    return '';
  }
  return readUrl('PUBLIC_URL', '', value, report);
}

function readUrl(name: string, fallback: string, value: Value, report: Report): string {
  const text = value(name) || fallback;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!isPlain || !['http:', 'https:'].includes(url.protocol))
    report(
      name,
      'It is not a valid URL.',
      'Write one such as https://example.com, without a user or a query.',
    );
  return text.replace(/\/+$/u, '');
}
