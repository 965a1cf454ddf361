/** The first line of a comment of ours, which says what kind it is and tells it from its like. */

/** The first line without the version of the schema, so that a newer Headstart finds what an older one wrote. */
export function markerOf(body: string): string {
  const match = /^<!-- (headstart:\w+ key=[\w./]+) schema=\d+ -->/u.exec(body);
  return match === null ? '' : match[1];
}

/** Key of the report that a comment says it holds; null: it says nothing of the kind. */
export function keyOfReport(body: string): string | null {
  return /^headstart:report key=(.+)$/u.exec(markerOf(body))?.[1] ?? null;
}
