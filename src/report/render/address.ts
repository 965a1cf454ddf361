import { isCommittable } from './annotations.js';

/** Where a commit of a repository can be looked at. Null parts are not known. */
export interface CommitPlace {
  /** For example `https://github.com`. */
  serverUrl: string;
  /** `owner/name`. */
  repository: string | null;
  /** The commit that was measured. */
  headSha: string | null;
}

/** Page of the commit; null where a part of the address is not known or not what it should be. */
export function commitUrl(place: CommitPlace): string | null {
  return pageOf('commit', place);
}

/** Page of a file as the commit has it, at a line; null as for the commit, and for a path that no commit has. */
export function fileUrl(place: CommitPlace, file: string, line?: number): string | null {
  const tree = pageOf('blob', place);
  if (tree === null || !isCommittable(file)) return null;
  const path = file.split('/').map(encoded).join('/');
  return `${tree}/${path}${line === undefined ? '' : `#L${line}`}`;
}

export function commitIn({ headSha }: Pick<CommitPlace, 'headSha'>): string | null {
  return headSha !== null && /^[0-9a-f]{7,64}$/u.test(headSha) ? headSha : null;
}

/** An address that holds in a Markdown link. */
export function isUrl(text: string): boolean {
  return /^https?:\/\/[\w.:/-]+(?:#[\w-]+)?$/u.test(text);
}

function pageOf(kind: 'commit' | 'blob', { serverUrl, repository, headSha }: CommitPlace): string | null {
  const commit = commitIn({ headSha });
  if (commit === null || repository === null || !/^[\w.-]+\/[\w.-]+$/u.test(repository)) return null;
  const url = `${serverUrl.replace(/\/+$/u, '')}/${repository}/${kind}/${commit}`;
  return isUrl(url) ? url : null;
}

/** Brackets, quotes and stars would end a link or act in it, and `encodeURIComponent` leaves them. */
function encoded(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*~_]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
