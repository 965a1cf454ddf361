import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

export const PACKAGE = 'node_modules/@tensorflow/tfjs-node';
export const ADDON = `${PACKAGE}/lib/napi-v8/tfjs_binding.node`;

export interface Entry extends Partial<Header> {
  name: string;
  content?: string | Uint8Array;
}

/** A pack as ours are, with `addon` in place of the real one. */
export function usual(addon: string | Uint8Array = 'no library'): Entry[] {
  return [
    { name: `${PACKAGE}/package.json`, content: '{"version": "4.22.0"}' },
    { name: ADDON, content: addon },
  ];
}

/** Writes a `.tar.gz` and gives its SHA-256. */
export async function writePack(file: string, entries: Entry[]): Promise<string> {
  const tar = pack();
  for (const { content = '', ...header } of entries) {
    if (header.type === undefined || header.type === 'file') tar.entry(header, content);
    else tar.entry({ ...header, size: 0 });
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  writeFileSync(file, gzipSync(Buffer.concat(chunks)));
  return hashOf(file);
}

export function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
