import { clean } from './escape.js';

/** Where a commit can be viewed. */
export interface CommitPlace {
  /** For example `https://github.com`. */
  serverUrl: string;
  /** `owner/name`; null: not known. */
  repository: string | null;
  /** The commit that was measured; null: not known. */
  headSha: string | null;
}

/** Page of the commit; null where a part of the address is unknown or malformed. */
export function commitUrl(place: CommitPlace): string | null {
  return pageOf('commit', place);
}

/** Page of a file in the commit, at a line; null as for the commit, or where no commit can have the path. */
export function fileUrl(place: CommitPlace, file: string, line?: number): string | null {
  const tree = pageOf('blob', place);
  if (tree === null || !isCommittable(file)) return null;
  const path = file.split('/').map(encoded).join('/');
  return `${tree}/${path}${line === undefined ? '' : `#L${line}`}`;
}

export function commitIn({ headSha }: Pick<CommitPlace, 'headSha'>): string | null {
  return headSha !== null && /^[0-9a-f]{7,64}$/u.test(headSha) ? headSha : null;
}

/** Whether the text is a URL that is safe in a Markdown link. */
export function isUrl(text: string): boolean {
  return /^https?:\/\/[\w.:/-]+(?:#[\w-]+)?$/u.test(text);
}

/** Whether a commit can have a file with this path. */
export function isCommittable(file: string): boolean {
  return (
    file !== '' &&
    file.length < 1000 &&
    !file.startsWith('/') &&
    !file.split('/').includes('..') &&
    clean(file, 1000) === file
  );
}

function pageOf(kind: 'commit' | 'blob', { serverUrl, repository, headSha }: CommitPlace): string | null {
  const commit = commitIn({ headSha });
  if (commit === null || repository === null || !/^[\w.-]+\/[\w.-]+$/u.test(repository)) return null;
  const url = `${serverUrl.replace(/\/+$/u, '')}/${repository}/${kind}/${commit}`;
  return isUrl(url) ? url : null;
}

/** Also encodes brackets, quotes and stars, which `encodeURIComponent` leaves and which could end a link. */
function encoded(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*~_]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
