import { InputError } from '../../problem.js';
import { largestArtifact } from './accept.js';
import type { GitHub } from '../client.js';
import { SenselessAnswer } from '../api-errors.js';
import { at, type Repository } from '../events/event.js';
import { proxyFetch } from '../proxy-fetch.js';

/** What the first workflow uploads: one artifact, or several whose names begin so. */
const artifactName = /^headstart-report(?:-.*)?$/u;
const mostPages = 5;
const perPage = 100;
const mostArtifacts = 32;
const largestTogether = 4 * largestArtifact;
const downloadSeconds = 120;

export interface Artifact {
  id: number;
  name: string;
  /** Bytes, as GitHub says. */
  size: number;
}

/**
 * The report artifacts of a run, by name; of several attempts the latest.
 * @throws InputError when there are more, or larger ones, than any run of Headstart leaves.
 */
export async function reportArtifacts(
  github: GitHub,
  repository: Repository,
  runId: number,
): Promise<Artifact[]> {
  const latest = new Map<string, Artifact>();
  for (let page = 1; page <= mostPages; page++) {
    const { data } = await github.rest.actions.listWorkflowRunArtifacts({
      ...repository,
      run_id: runId,
      per_page: perPage,
      page,
    });
    // What is no list would look like a run that left nothing.
    if (!Array.isArray(at(data, 'artifacts'))) throw new SenselessAnswer();
    for (const { id, name, size_in_bytes: size, expired } of data.artifacts) {
      if (expired || !artifactName.test(name) || (latest.get(name)?.id ?? 0) > id) continue;
      latest.set(name, { id, name, size });
    }
    if (data.artifacts.length < perPage) break;
  }
  const artifacts = [...latest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (artifacts.length > mostArtifacts) {
    throw refused(`The run has ${artifacts.length} report artifacts, more than ${mostArtifacts}.`);
  }
  if (artifacts.some(({ size }) => size > largestArtifact)) throw tooLarge(largestArtifact);
  if (artifacts.reduce((sum, { size }) => sum + size, 0) > largestTogether) throw tooLarge(largestTogether);
  return artifacts;
}

/**
 * The bytes of an artifact. GitHub answers with the address of a store, which is asked without the token.
 * @throws InputError when it has more bytes than it may; Error when it cannot be had.
 */
export async function downloadArtifact(
  github: GitHub,
  repository: Repository,
  { id }: Artifact,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { headers } = await github.rest.actions.downloadArtifact({
    ...repository,
    artifact_id: id,
    archive_format: 'zip',
    request: { redirect: 'manual' },
  });
  const location = headers.location ?? '';
  if (!isStore(location)) throw new Error('GitHub named no address for the artifact.');
  const signals = [AbortSignal.timeout(1000 * downloadSeconds), ...(signal === undefined ? [] : [signal])];
  const response = await proxyFetch(location, { signal: AbortSignal.any(signals) });
  if (!response.ok || response.body === null) {
    throw new Error(`The artifact could not be downloaded: its store answered ${response.status}.`);
  }
  return bounded(response.body, Number(response.headers.get('content-length') ?? 0));
}

async function bounded(body: ReadableStream<Uint8Array>, promised: number): Promise<Uint8Array> {
  if (promised > largestArtifact) {
    await body.cancel();
    throw tooLarge(largestArtifact);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop cancels the download.
    if (bytes > largestArtifact) throw tooLarge(largestArtifact);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Over TLS, or on this machine. */
function isStore(location: string): boolean {
  try {
    const { protocol, hostname } = new URL(location);
    return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
  } catch {
    return false;
  }
}

function tooLarge(most: number): InputError {
  return refused(`It has more than ${most} bytes.`);
}

function refused(message: string): InputError {
  return new InputError([{ file: 'artifact', message }]);
}
