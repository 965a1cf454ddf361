import type { Hub } from './installation-clients.js';
import type { Queue } from './queue.js';
import type { Requests } from './requests.js';
import type { Identity, Place } from './settings.js';

/** What a job works with. */
export interface Means {
  hub: Hub;
  queue: Queue;
  requests: Requests;
  identity: Pick<Identity, 'workflow' | 'central'>;
  place: Pick<Place, 'serverUrl'>;
  /** Milliseconds since 1970. */
  now: () => number;
}
