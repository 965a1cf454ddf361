import type { Report } from '../report/model.js';
import type { Hub } from './hub.js';
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
  /** Reads the reports in an artifact, which anybody can have made; throws InputError for one that is not as it must be. */
  acceptReports: (zip: Uint8Array) => Promise<Report[]>;
}
