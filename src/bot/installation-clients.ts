import { App } from 'octokit';
import { UnexpectedResponse } from '../github/api-errors.js';
import { clientClass, type GitHub } from '../github/client.js';
import { at, type Repository } from '../github/events/event.js';
import type { AppIdentity } from './settings.js';

/** Clients for GitHub, one per installation of the app. */
export interface InstallationClients {
  /** A client with the installation's own token and rate limit. */
  forInstallation(installation: number): Promise<GitHub>;
  /** The login that the app writes as, such as `headstart[bot]`. */
  login(): Promise<string>;
  installationOf(repository: Repository): Promise<number>;
}

export interface ClientsOptions {
  identity: Pick<AppIdentity, 'appId' | 'privateKey'>;
  apiUrl: string;
  log: (message: string) => void;
  signal: AbortSignal;
}

/** The least recently used client is dropped first. */
const MAX_CLIENTS = 500;

export function openClients({ identity, apiUrl, log, signal }: ClientsOptions): InstallationClients {
  // These clients never retry: the queue does, and it survives a restart.
  const createApp = (): App =>
    new App({
      ...identity,
      Octokit: clientClass({ apiUrl, log, signal }),
      log: { debug: () => undefined, info: () => undefined, warn: log, error: log },
    });
  const app = createApp();
  const clients = new Map<number, Promise<GitHub>>();
  let login: Promise<string> | null = null;
  return {
    forInstallation(installation) {
      const client = clients.get(installation) ?? createApp().getInstallationOctokit(installation);
      clients.delete(installation);
      clients.set(installation, client);
      if (clients.size > MAX_CLIENTS) clients.delete(clients.keys().next().value!);
      return client;
    },
    login() {
      login ??= loginOf(app).catch((error: unknown) => {
        login = null;
        throw error;
      });
      return login;
    },
    async installationOf(repository) {
      return (await app.octokit.rest.apps.getRepoInstallation({ ...repository })).data.id;
    },
  };
}

async function loginOf(app: App): Promise<string> {
  const { data }: { data: unknown } = await app.octokit.rest.apps.getAuthenticated();
  const slug = at(data, 'slug');
  // The login is kept until the next start. With a wrong one the app would not find its own comments.
  if (typeof slug !== 'string') throw new UnexpectedResponse();
  return `${slug}[bot]`;
}
