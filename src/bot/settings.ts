import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { repositoryNamed, type Repository } from '../github/events/event.js';
import { InputError, type Problem } from '../problem.js';

/** Where the bot listens, keeps its queue and finds GitHub. */
export interface Place {
  host: string;
  port: number;
  /** File of the queue. */
  database: string;
  apiUrl: string;
  serverUrl: string;
}

/** What the bot serves as. */
export interface Identity {
  appId: number;
  privateKey: string;
  /** The secret in use, then the one that is being replaced. */
  secrets: string[];
  /** File name of the workflow that is dispatched. */
  workflow: string;
  /** Where the workflow runs for all repositories; null: in each of them. */
  central: Repository | null;
}

export type Settings =
  | { mode: 'serve'; place: Place; identity: Identity }
  /** No app is there yet: only the way to make one is served. */
  | { mode: 'set up'; place: Place; publicUrl: string; workflow: string };

const leastSecret = 16;
const identifying = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'];

/**
 * Reads the environment of the bot; an empty variable is one that is not set.
 * @throws InputError with every variable that is wrong.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const problems: Problem[] = [];
  const value = (name: string): string => (environment[name] ?? '').trim();
  const wrong = (name: string, message: string, remedy: string): void => {
    problems.push({ file: name, message, remedy });
  };
  const place = readPlace(value, wrong);
  const workflow = readWorkflow(value, wrong);
  const settings: Settings = identifying.some((name) => value(name) !== '')
    ? { mode: 'serve', place, identity: readIdentity(value, wrong, workflow) }
    : { mode: 'set up', place, workflow, publicUrl: readPublicUrl(value, wrong) };
  if (problems.length > 0) throw new InputError(problems);
  return settings;
}

type Value = (name: string) => string;
type Wrong = (name: string, message: string, remedy: string) => void;

function readPlace(value: Value, wrong: Wrong): Place {
  const port = value('PORT') === '' ? 3000 : Number(/^\d{1,5}$/u.exec(value('PORT'))?.[0] ?? NaN);
  if (!(port <= 65_535))
    wrong('PORT', 'It is no port.', 'Give a number from 0 to 65535, or leave it out for 3000.');
  return {
    host: value('HOST') || '127.0.0.1',
    port,
    database: value('DATABASE') || 'headstart-bot.db',
    apiUrl: readUrl('GITHUB_API_URL', 'https://api.github.com', value, wrong),
    serverUrl: readUrl('GITHUB_SERVER_URL', 'https://github.com', value, wrong),
  };
}

function readIdentity(value: Value, wrong: Wrong, workflow: string): Identity {
  const appId = /^[1-9]\d{0,14}$/u.test(value('APP_ID')) ? Number(value('APP_ID')) : NaN;
  if (Number.isNaN(appId)) wrong('APP_ID', 'It is no app’s id.', 'Take the number from the page of the app.');
  const secret = value('WEBHOOK_SECRET');
  const previous = value('WEBHOOK_SECRET_PREVIOUS');
  const secrets = previous === '' ? [secret] : [secret, previous];
  for (const [index, name] of ['WEBHOOK_SECRET', 'WEBHOOK_SECRET_PREVIOUS']
    .slice(0, secrets.length)
    .entries()) {
    if (secrets[index].length >= leastSecret) continue;
    wrong(
      name,
      `It has fewer than ${leastSecret} characters.`,
      'Take the secret of the app’s webhook, at best 32 random ones.',
    );
  }
  const named = value('CENTRAL_REPOSITORY');
  const central = named === '' ? null : repositoryNamed(named);
  if (named !== '' && central === null)
    wrong('CENTRAL_REPOSITORY', 'It names no repository.', 'Write it like owner/name, or leave it out.');
  return { appId, privateKey: readKey(value, wrong), secrets, workflow, central };
}

function readKey(value: Value, wrong: Wrong): string {
  const name = value('PRIVATE_KEY') === '' ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY';
  const remedy =
    'Give the path of the .pem file from the page of the app in PRIVATE_KEY_PATH, or its text in PRIVATE_KEY.';
  if (value(name) === '') {
    wrong('PRIVATE_KEY', 'There is no private key.', remedy);
    return '';
  }
  try {
    // A variable of a container may hold only one line: `\n` stands for the end of one there.
    const pem =
      name === 'PRIVATE_KEY' ? value(name).replaceAll('\\n', '\n') : readFileSync(value(name), 'utf8');
    // One form whatever came: what signs the app’s tokens takes only this.
    return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    wrong(name, missing ? 'There is no such file.' : 'It is no private key that can be read.', remedy);
    return '';
  }
}

function readWorkflow(value: Value, wrong: Wrong): string {
  const workflow = value('WORKFLOW') || 'headstart-app.yml';
  if (!/^[\w.-]{1,100}\.ya?ml$/u.test(workflow))
    wrong(
      'WORKFLOW',
      'It is no file name of a workflow.',
      'Write it like headstart-app.yml, without folders.',
    );
  return workflow;
}

function readPublicUrl(value: Value, wrong: Wrong): string {
  if (value('PUBLIC_URL') === '') {
    wrong(
      'APP_ID, PRIVATE_KEY_PATH, WEBHOOK_SECRET',
      'They are not set, and neither is PUBLIC_URL.',
      'Set the three for an app that is there, or only PUBLIC_URL, the address at which GitHub reaches the bot, to make one.',
    );
    return '';
  }
  return readUrl('PUBLIC_URL', '', value, wrong);
}

function readUrl(name: string, otherwise: string, value: Value, wrong: Wrong): string {
  const text = value(name) || otherwise;
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain =
    url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!plain || !['http:', 'https:'].includes(url.protocol))
    wrong(name, 'It is no address.', 'Write it like https://example.com, without a user or a question mark.');
  return text.replace(/\/+$/u, '');
}
