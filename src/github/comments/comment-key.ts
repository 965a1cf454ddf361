/** Keys and markers that tell our comments and check runs apart: by dataset, workflow and backbone. */
import { createHash } from 'node:crypto';

/** The backbone when the workflow does not set one. */
export const DEFAULT_BACKBONE = 'embedded';

/** The backbone when it is part of the key, as in a matrix of several; null: the default. */
export function otherBackbone(backbone: string): string | null {
  return backbone === DEFAULT_BACKBONE ? null : backbone;
}

/** The same in every run with the same workflow, dataset and input `backbone`. */
export function commentKey(workflow: string, path: string, name: string, backbone: string): string {
  const other = otherBackbone(backbone);
  return createHash('sha256')
    .update(JSON.stringify([workflow, path, name, ...(other === null ? [] : [other])]))
    .digest('hex')
    .slice(0, 16);
}

/** The marker in the first line of our comments, without its schema version, so that it matches older comments. */
export function markerOf(body: string): string {
  const match = /^<!-- (headstart:\w+ key=[\w./]+) schema=\d+ -->/u.exec(body);
  return match === null ? '' : match[1];
}

/** The key in the marker of a report; null: the comment is not a report. */
export function keyOfReport(body: string): string | null {
  return /^headstart:report key=(.+)$/u.exec(markerOf(body))?.[1] ?? null;
}
