/** Downloads the artifacts with reports that a run left. */
import { InputError } from '../../problem.js';
import { UnexpectedResponse } from '../api-errors.js';
import { type GitHub, proxyFetch } from '../client.js';
import { at, type Repository } from '../events/event.js';
import type { MeasuredReports } from './step-record.js';
import { MAX_ARTIFACT_BYTES, tooLarge, unpackReports } from './unpack.js';

/** The first workflow uploads one artifact, or several with this prefix. */
const ARTIFACT_NAME = /^headstart-report(?:-.*)?$/u;
const MAX_PAGES = 5;
const PER_PAGE = 100;
const MAX_ARTIFACTS = 32;
const MAX_TOTAL_BYTES = 4 * MAX_ARTIFACT_BYTES;
const DOWNLOAD_TIMEOUT_MS = 120_000;

export interface Artifact {
  id: number;
  name: string;
  /** Bytes, according to GitHub. */
  size: number;
}

/**
 * The reports that a run left, one entry per artifact.
 * @throws InputError when an artifact is invalid; what GitHub refuses.
 */
export async function reportsOfRun(
  github: GitHub,
  repository: Repository,
  runId: number,
  log: (message: string) => void = () => undefined,
): Promise<MeasuredReports[]> {
  const reports: MeasuredReports[] = [];
  for (const artifact of await reportArtifacts(github, repository, runId)) {
    log(`reading the artifact ${artifact.name}`);
    reports.push(await unpackReports(await downloadArtifact(github, repository, artifact)));
  }
  return reports;
}

/**
 * The report artifacts of a run by name, the latest of several attempts.
 * @throws InputError when there are more or larger ones than Headstart creates.
 */
export async function reportArtifacts(
  github: GitHub,
  repository: Repository,
  runId: number,
): Promise<Artifact[]> {
  const latest = new Map<string, Artifact>();
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await github.rest.actions.listWorkflowRunArtifacts({
      ...repository,
      run_id: runId,
      per_page: PER_PAGE,
      page,
    });
    // Anything but a list would look like a run without artifacts.
    if (!Array.isArray(at(data, 'artifacts'))) throw new UnexpectedResponse();
    for (const { id, name, size_in_bytes: size, expired } of data.artifacts) {
      if (expired || !ARTIFACT_NAME.test(name) || (latest.get(name)?.id ?? 0) > id) continue;
      latest.set(name, { id, name, size });
    }
    if (data.artifacts.length < PER_PAGE) break;
  }
  const artifacts = [...latest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (artifacts.length > MAX_ARTIFACTS) {
    const message = `The run has ${artifacts.length} report artifacts, more than ${MAX_ARTIFACTS}.`;
    throw new InputError([{ file: 'artifact', message }]);
  }
  if (artifacts.some(({ size }) => size > MAX_ARTIFACT_BYTES)) throw tooLarge('It', MAX_ARTIFACT_BYTES);
  if (artifacts.reduce((sum, { size }) => sum + size, 0) > MAX_TOTAL_BYTES)
    throw tooLarge('It', MAX_TOTAL_BYTES);
  return artifacts;
}

/**
 * The bytes of an artifact. GitHub redirects to a storage service, which does not get the token.
 * @throws InputError when it is too large; Error when the download fails.
 */
export async function downloadArtifact(
  github: GitHub,
  repository: Repository,
  { id }: Artifact,
): Promise<Uint8Array> {
  const { headers } = await github.rest.actions.downloadArtifact({
    ...repository,
    artifact_id: id,
    archive_format: 'zip',
    request: { redirect: 'manual' },
  });
  const location = headers.location ?? '';
  if (!isStorageUrl(location)) throw new Error('GitHub returned no URL for the artifact.');
  const response = await proxyFetch(location, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  if (!response.ok || response.body === null) {
    throw new Error(`The artifact could not be downloaded: its storage answered ${response.status}.`);
  }
  return readBounded(response.body, Number(response.headers.get('content-length') ?? 0));
}

async function readBounded(body: ReadableStream<Uint8Array>, length: number): Promise<Uint8Array> {
  if (length > MAX_ARTIFACT_BYTES) {
    await body.cancel();
    throw tooLarge('It', MAX_ARTIFACT_BYTES);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop cancels the download.
    if (bytes > MAX_ARTIFACT_BYTES) throw tooLarge('It', MAX_ARTIFACT_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Over TLS, or on this machine. */
function isStorageUrl(location: string): boolean {
  try {
    const { protocol, hostname } = new URL(location);
    return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
  } catch {
    return false;
  }
}
