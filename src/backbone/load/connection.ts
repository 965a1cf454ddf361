import { HttpClient } from '@actions/http-client';
import type { InputError } from '../../problem.js';
import type { Limits } from './limits.js';
import type { Trust } from './redirect.js';

/** What all downloads of one model have in common. */
export interface Connection {
  client: HttpClient;
  trust: Trust;
  /** Sent to this origin and to no other; null: nothing is. */
  authorization: { origin: string; value: string } | null;
  limits: Limits;
  /** Ends everything. */
  signal: AbortSignal;
  /** What a status from 400 on that no retry helps against means for the user. `code`: the hub's word for it. */
  refusal: (status: number, file: URL, code: string | null) => InputError;
}

/**
 * A client that leaves redirects and retries to us: its own know neither whom to trust nor how to resume. It honours
 * the proxy variables of the process, not those of a given environment.
 */
export function openClient({ silence }: Limits): HttpClient {
  return new HttpClient('headstart', [], {
    socketTimeout: silence,
    allowRedirects: false,
    allowRetries: false,
    keepAlive: true,
  });
}
