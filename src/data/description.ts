import type { Manifest } from '../manifest/model.js';

/** Where one dataset is and how it is described; nothing is read yet but the manifest. */
export type Description =
  | { kind: 'manifest'; file: string; base: string; manifest: Manifest }
  | { kind: 'table'; tables: { file: string; split: string | null }[]; root: string }
  | { kind: 'folders'; root: string };
