import type { VerdictSnapshot } from '../../report/snapshot.js';
import type { GitHub } from '../client.js';
import type { Repository } from '../events/event.js';
import { digestsIn } from './stored-digests.js';
import { explain } from '../api-errors.js';

/** Workflows write their check runs as this app; what another writes is not taken for ours. */
const APP = 'github-actions';
/** Pages of 100 check runs that are looked through. */
const mostPages = 3;

/** The verdicts that the check runs of a commit keep, the latest first; none where GitHub does not show them. */
export async function digestsOfCommit(
  github: GitHub,
  repository: Repository,
  commit: string,
  warn: (message: string) => void,
): Promise<VerdictSnapshot[]> {
  const found: { id: number; digests: VerdictSnapshot[] }[] = [];
  try {
    const pages = github.paginate.iterator(github.rest.checks.listForRef, {
      ...repository,
      ref: commit,
      filter: 'latest',
      per_page: 100,
    });
    let page = 0;
    for await (const { data } of pages) {
      for (const { id, output, app } of data) {
        if (app?.slug === APP) found.push({ id, digests: digestsIn(output.text ?? '') });
      }
      page += 1;
      if (page === mostPages) break;
    }
  } catch (error) {
    warn(explain('read the check runs of the base', error, 'checks: write'));
  }
  return found.sort((a, b) => b.id - a.id).flatMap(({ digests }) => digests);
}
