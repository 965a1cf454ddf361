import type { GitHub } from '../github/client.js';
import type { Repository } from '../github/event.js';
import { InputError } from '../manifest/problem.js';

/** How the workflow calls what it leaves. */
export const artifactName = 'headstart-report';

/** Bytes; a report with all its curves has some tens of thousands. */
const largest = 64 * 1024 * 1024;
const downloadSeconds = 60;

/**
 * The artifact that a run left, as a zip; null where it left none, or it is not kept any more.
 * @throws InputError when it is larger than any that is read.
 */
export async function downloadArtifact(
  github: GitHub,
  repository: Repository,
  run: number,
): Promise<Uint8Array | null> {
  const { data } = await github.rest.actions.listWorkflowRunArtifacts({
    ...repository,
    run_id: run,
    name: artifactName,
    per_page: 100,
  });
  const kept = data.artifacts.filter((artifact) => artifact.name === artifactName && !artifact.expired);
  // Each attempt of a run leaves its own.
  const newest = kept.sort((a, b) => b.id - a.id).at(0);
  if (newest === undefined) return null;
  if (newest.size_in_bytes > largest) throw tooLarge();
  // Followed here and not by the client: this way it is never more in memory than is read.
  const { headers } = await github.request(
    'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
    { ...repository, artifact_id: newest.id, archive_format: 'zip', request: { redirect: 'manual' } },
  );
  if (headers.location === undefined) throw new Error('GitHub did not say where the artifact is');
  return bounded(await fetch(headers.location, { signal: AbortSignal.timeout(1000 * downloadSeconds) }));
}

async function bounded(response: Response): Promise<Uint8Array> {
  if (!response.ok || response.body === null) throw new Error(`the artifact answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > largest) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): InputError {
  return new InputError([{ file: 'artifact', message: `It has more than ${largest} bytes.` }]);
}
