import type { Host } from './places.js';

/** A pack that was published with a release, and what it must be to the bit. */
export interface Pin {
  url: string;
  /** Of the `.tar.gz`, in lower-case hexadecimal. */
  sha256: string;
  bytes: number;
}

/**
 * The packs of this version by platform, `linux-x64`, `linux-arm64`, `darwin-arm64` or `win32-x64`, as
 * `.github/workflows/release-packs.yml` prints them. Nothing is downloaded without an entry. It is empty because no
 * release has been made yet.
 */
export const PINS: Readonly<Record<string, Pin>> = {};

export function platformOf({ platform, arch }: Host): string {
  return `${platform}-${arch}`;
}
