/** `fetch` through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, by the rules of the runner's own tools. */
import { HttpClient } from '@actions/http-client';
import { type Dispatcher, fetch as undici } from 'undici';

/** Node's own `fetch` takes no dispatcher of another version of undici. */
const send = undici as unknown as typeof fetch;

/** Connections by origin: whether there is a proxy depends on where a request goes. */
const dispatchers = new Map<string, Dispatcher | undefined>();

export const proxyFetch: typeof fetch = (input, init) => {
  const { origin } = new URL(input instanceof Request ? input.url : input);
  if (!dispatchers.has(origin))
    dispatchers.set(origin, new HttpClient('headstart').getAgentDispatcher(origin));
  const dispatcher = dispatchers.get(origin);
  return send(input, dispatcher === undefined ? init : { ...init, dispatcher: dispatcher as never });
};
