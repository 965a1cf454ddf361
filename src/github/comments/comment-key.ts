/** What tells the comments and check runs of several datasets, workflows and backbones apart. */
import { createHash } from 'node:crypto';

/** What `backbone` is where the workflow leaves it open. */
export const DEFAULT_BACKBONE = 'embedded';

/** The backbone that tells comments and check runs apart, as in a matrix of several; null: the default, as almost everywhere. */
export function otherBackbone(backbone: string): string | null {
  return backbone === DEFAULT_BACKBONE ? null : backbone;
}

/** The same for the same workflow, dataset and input `backbone` in every run. */
export function commentKey(workflow: string, path: string, name: string, backbone: string): string {
  const other = otherBackbone(backbone);
  return createHash('sha256')
    .update(JSON.stringify([workflow, path, name, ...(other === null ? [] : [other])]))
    .digest('hex')
    .slice(0, 16);
}
