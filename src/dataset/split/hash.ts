import { hash } from 'node:crypto';

/** A number from 0 up to 1 that depends on the text and the seed alone: the same on every machine and in every order. */
export function unitHash(text: string, seed: number): number {
  return parseInt(hash('sha256', `${seed}\0${text}`).slice(0, 12), 16) / 2 ** 48;
}
