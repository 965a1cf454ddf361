/** Parses values of inputs and of command options. */
import { InputError } from '../../problem.js';
import { STRATEGIES } from '../../verdict/arm.js';
import type { StrategyName } from '../../verdict/types.js';

export type EngineName = 'auto' | 'tensorflow' | 'wasm';

/**
 * A comma-separated list of strategies.
 * @throws InputError naming an unknown one.
 */
export function parseStrategies(text: string): StrategyName[] {
  const names = listed(text).map((name) => parseChoice('strategy', name, STRATEGIES));
  if (names.length === 0)
    throw inputError('No strategy was named.', `Name some of ${STRATEGIES.join(', ')}.`);
  return [...new Set(names)];
}

/** @throws InputError for anything but `auto`, `tensorflow` and `wasm`. */
export function parseEngine(text: string): EngineName {
  return parseChoice('engine', text, ['auto', 'tensorflow', 'wasm']);
}

/** @throws InputError for anything but these words. */
export function parseChoice<Word extends string>(what: string, text: string, words: readonly Word[]): Word {
  const word = text.trim().toLowerCase();
  const found = words.find((candidate) => candidate === word);
  if (found === undefined)
    throw inputError(`There is no ${what} "${text.slice(0, 40)}".`, `Take one of ${words.join(', ')}.`);
  return found;
}

/** A whole number from `min` to `max`. */
export function parseWhole(what: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/u.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw inputError(
    `The ${what} "${text.slice(0, 40)}" is not a whole number that can be used.`,
    `Take one from ${min} to ${max}.`,
  );
}

/** A SHA-256 in hexadecimal, as `sha256sum` prints it. */
export function parseSha256(text: string): string {
  if (/^[0-9a-f]{64}$/iu.test(text)) return text.toLowerCase();
  throw inputError(`"${text.slice(0, 80)}" is not a SHA-256.`, 'Write its 64 hexadecimal digits.');
}

/** The items of a comma-separated list, without blanks. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** An invalid setting; the caller adds where it is. */
export function inputError(message: string, remedy: string): InputError {
  return new InputError([{ file: '', message, remedy }]);
}
