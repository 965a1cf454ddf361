import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '../problem.js';
import { VERSION } from '../scheduling/machine.js';
import { openHub } from './installation-clients.js';
import { type Log, openLog } from './log.js';
import { refuseSecondSetUp, setUpRoutes } from './manifest-flow.js';
import { Queue } from './queue.js';
import { Requests } from './requests.js';
import { healthRoute, type Route, serve, webhookRoute } from './server.js';
import type { Identity, Place, Settings } from './settings.js';
import { openStore } from './store.js';
import { startWorkers } from './work.js';

/** Milliseconds that jobs get to end when the bot is stopped; containers are killed after 10 seconds. */
const farewell = 8000;

/** Starts the bot; it ends with SIGTERM or SIGINT. */
export async function start(settings: Settings): Promise<void> {
  const log = openLog();
  if (settings.mode === 'serve') await serveApp(settings, log);
  else await serveSetUp(settings, log);
}

async function serveApp({ place, identity }: { place: Place; identity: Identity }, log: Log): Promise<void> {
  const now = Date.now;
  const store = openStore(place.database);
  const queue = new Queue(store, randomUUID(), now);
  const requests = new Requests(store, now);
  const abort = new AbortController();
  const say = (why: string): void => log.warn({ why }, 'github');
  const hub = openHub({ identity, apiUrl: place.apiUrl, log: say, signal: abort.signal });
  const { secrets, workflow } = identity;
  const routes: Record<string, Route> = {
    'POST /webhooks': webhookRoute({ queue, log, secrets, workflow, now }),
    'GET /healthz': healthRoute(queue, VERSION),
  };
  const server = serve(routes, log);
  await listen(server, place);
  const fail = (error: unknown): void => {
    log.error({ why: (error as Error).message }, 'cannot go on');
    process.exit(1);
  };
  const workers = startWorkers({ hub, queue, requests, identity, place, now }, log, fail);
  log.info({ ...addressOf(server), app: identity.appId, version: VERSION, ...queue.state() }, 'listening');
  await stopSignal();
  log.info('stopping');
  const closed = close(server);
  await workers.stop(farewell);
  abort.abort();
  await closed;
  store.close();
  log.info('stopped');
  // A job that was let go may still wait for GitHub; it is done again by whoever comes next.
  process.exit(0);
}

async function serveSetUp(
  { place, publicUrl }: Extract<Settings, { mode: 'set up' }>,
  log: Log,
): Promise<void> {
  refuseSecondSetUp(place);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const { routes, link } = setUpRoutes({ place, publicUrl, say });
  const healthz: Route = () => ({ status: 503, json: { status: 'no app is set up', version: VERSION } });
  const server = serve({ ...routes, 'GET /healthz': healthz }, log);
  await listen(server, place);
  log.info({ ...addressOf(server), version: VERSION }, 'waiting to be set up');
  say(`Open this link to make the app; add &organization=NAME for one of an organization:\n${link}`);
  await stopSignal();
  await close(server);
}

/** @throws InputError where the port cannot be had. */
function listen(server: Server, { host, port }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ message }) => {
      const remedy = 'Set HOST and PORT to an address of this machine that is free.';
      reject(new InputError([{ file: `${host}:${port}`, message: `Cannot listen: ${message}.`, remedy }]));
    });
    server.listen(port, host, resolve);
  });
}

function addressOf(server: Server): { host: string; port: number } {
  const { address, port } = server.address() as AddressInfo;
  return { host: address, port };
}

/** Lets answers that are under way end. */
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
