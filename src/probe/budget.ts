import { InputError } from '../manifest/problem.js';

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600 };
/** Seconds below which nothing can be measured. */
export const LEAST_BUDGET = 5;
const MOST = 24 * 3600;

/**
 * `40s`, `5m`, `1.5h` or plain seconds, as seconds.
 * @throws InputError for anything else, and outside 5 seconds to 24 hours.
 */
export function parseBudget(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([smh]?)$/.exec(text.trim().toLowerCase());
  const seconds = match === null ? NaN : Number(match[1]) * UNITS[match[2] === '' ? 's' : match[2]];
  if (!(seconds >= LEAST_BUDGET && seconds <= MOST)) {
    throw new InputError([
      {
        file: '',
        message: `The budget "${text.slice(0, 40)}" is not a time between 5s and 24h.`,
        remedy: 'Write it like 40s, 5m or 1h.',
      },
    ]);
  }
  return seconds;
}
