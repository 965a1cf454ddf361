import { EMBEDDED_NAMES, readEmbedded } from './embedded.js';
import { CATALOGUE } from './load/catalogue.js';
import { parseSource } from './load/source.js';
import type { BackboneRequest, ObtainOptions } from './obtain.js';

/**
 * SHA-256 of every network that may come of a request, before any is read or downloaded; null: one of them may be
 * anything.
 * @throws InputError when what the user wrote is wrong.
 */
export function expectedNetworks(
  { source: written, sha256, fallback }: BackboneRequest,
  { home, cwd }: Pick<ObtainOptions, 'home' | 'cwd'>,
): string[] | null {
  const source = parseSource(written, cwd);
  const embedded = () => EMBEDDED_NAMES.map((name) => readEmbedded(home, name).sha256);
  if (source.kind === 'auto') return [...embedded(), ...CATALOGUE.flatMap((model) => model.sha256 ?? [])];
  if (source.kind === 'embedded') return [readEmbedded(home, source.name).sha256];
  const pinned = sha256 ?? (source.kind === 'catalogue' ? source.model.sha256 : null);
  return pinned === null ? null : [pinned, ...(fallback ? embedded() : [])];
}
