import { App } from 'octokit';
import { clientClass, type GitHub } from '../github/client.js';
import { SenselessAnswer } from '../github/api-errors.js';
import { at, type Repository } from '../github/events/event.js';
import type { Identity } from './settings.js';

/** GitHub as the app sees it. */
export interface Hub {
  /** Acts for an installation, with a token of its own and limits of its own. */
  actFor(installation: number): Promise<GitHub>;
  /** Who the app writes as, like `headstart[bot]`. */
  login(): Promise<string>;
  installationAt(repository: Repository): Promise<number>;
}

export interface HubOptions {
  identity: Pick<Identity, 'appId' | 'privateKey'>;
  apiUrl: string;
  log: (message: string) => void;
  signal: AbortSignal;
}

/** Clients that are kept; the one that was not used for longest makes way. */
const mostClients = 500;

export function openHub({ identity, apiUrl, log, signal }: HubOptions): Hub {
  // The queue waits and tries again, and outlives the process while it does; a client that waited would not.
  const open = (): App =>
    new App({
      ...identity,
      Octokit: clientClass({ apiUrl, log, signal }),
      log: { debug: ignore, info: ignore, warn: log, error: log },
    });
  const app = open();
  const clients = new Map<number, Promise<GitHub>>();
  let login: Promise<string> | null = null;
  return {
    actFor(installation) {
      const client = clients.get(installation) ?? open().getInstallationOctokit(installation);
      clients.delete(installation);
      clients.set(installation, client);
      if (clients.size > mostClients) clients.delete(clients.keys().next().value!);
      return client;
    },
    login() {
      login ??= loginOf(app).catch((error: unknown) => {
        login = null;
        throw error;
      });
      return login;
    },
    async installationAt(repository) {
      return (await app.octokit.rest.apps.getRepoInstallation({ ...repository })).data.id;
    },
  };
}

async function loginOf(app: App): Promise<string> {
  const { data }: { data: unknown } = await app.octokit.rest.apps.getAuthenticated();
  const slug = at(data, 'slug');
  // It is kept: a name that is not ours would hide our comments from us until the next start.
  if (typeof slug !== 'string') throw new SenselessAnswer();
  return `${slug}[bot]`;
}

const ignore = (): void => undefined;
