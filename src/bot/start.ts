/** Starts the parts of the bot, and stops them. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import { InputError } from '../problem.js';
import { VERSION } from '../scheduling/machine.js';
import { openStore } from './database.js';
import { openClients } from './installation-clients.js';
import { refuseSecondSetUp, setUpRoutes } from './manifest-flow.js';
import { Queue } from './queue.js';
import { Requests } from './requests.js';
import { healthRoute, type Route, serve } from './server.js';
import type { AppIdentity, ServerSettings, Settings } from './settings.js';
import { webhookRoute } from './webhook.js';
import { startWorkers } from './workers.js';

/** How long jobs may take to end when the bot stops. Containers are killed after 10 seconds. */
const SHUTDOWN_MS = 8000;

/** Runs the bot until SIGTERM or SIGINT. */
export async function start(settings: Settings): Promise<void> {
  const log = createLog();
  if (settings.mode === 'serve') await serveApp(settings, log);
  else await serveSetUp(settings, log);
}

/** JSON lines. Fields are chosen one by one: never a header, a payload, a token or a secret. */
function createLog(): Logger {
  return pino({
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
  });
}

async function serveApp(
  { server: settings, identity }: { server: ServerSettings; identity: AppIdentity },
  log: Logger,
): Promise<void> {
  const now = Date.now;
  const store = openStore(settings.database);
  const queue = new Queue(store, randomUUID(), now);
  const requests = new Requests(store, now);
  const abort = new AbortController();
  const warn = (why: string): void => log.warn({ why }, 'github');
  const clients = openClients({ identity, apiUrl: settings.apiUrl, log: warn, signal: abort.signal });
  const { secrets, workflow } = identity;
  const routes: Record<string, Route> = {
    'POST /webhooks': webhookRoute({ queue, log, secrets, workflow, now }),
    'GET /healthz': healthRoute(queue, VERSION),
  };
  const server = serve(routes, log);
  await listen(server, settings);
  const fail = (error: unknown): void => {
    log.error({ why: (error as Error).message }, 'cannot go on');
    process.exit(1);
  };
  const workers = startWorkers({ clients, queue, requests, identity, server: settings, now }, log, fail);
  log.info({ ...addressOf(server), app: identity.appId, version: VERSION, ...queue.state() }, 'listening');
  await stopSignal();
  log.info('stopping');
  const closed = close(server);
  await workers.stop(SHUTDOWN_MS);
  abort.abort();
  await closed;
  store.close();
  log.info('stopped');
  // A released job may still wait for GitHub. It runs again later.
  process.exit(0);
}

async function serveSetUp(
  { server: settings, publicUrl }: Extract<Settings, { mode: 'set up' }>,
  log: Logger,
): Promise<void> {
  refuseSecondSetUp(settings);
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  const { routes, link } = setUpRoutes({ server: settings, publicUrl, print });
  const healthz: Route = () => ({ status: 503, json: { status: 'no app is set up', version: VERSION } });
  const server = serve({ ...routes, 'GET /healthz': healthz }, log);
  await listen(server, settings);
  log.info({ ...addressOf(server), version: VERSION }, 'waiting to be set up');
  print(`Open this link to create the app; add &organization=NAME to create it in an organization:\n${link}`);
  await stopSignal();
  await close(server);
}

/** @throws InputError when the port is not available. */
function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ message }) => {
      const remedy = 'Set HOST and PORT to a free address of this machine.';
      reject(new InputError([{ file: `${host}:${port}`, message: `Cannot listen: ${message}.`, remedy }]));
    });
    server.listen(port, host, resolve);
  });
}

function addressOf(server: Server): { host: string; port: number } {
  const { address, port } = server.address() as AddressInfo;
  return { host: address, port };
}

/** Waits for responses in progress. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
