import { createHash } from 'node:crypto';

/** A number from 0 up to 1 that depends on the text and the seed alone: the same on every machine and in every order. */
export function unitHash(text: string, seed: number): number {
  const digest = createHash('sha256').update(`${seed}\0${text}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
