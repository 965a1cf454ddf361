import { InputError } from '../problem.js';

const UNITS = [
  { names: /^(?:h|hrs?|hours?)$/, seconds: 3600 },
  { names: /^(?:m|mins?|minutes?)$/, seconds: 60 },
  { names: /^(?:s|secs?|seconds?)$/, seconds: 1 },
];
/** Seconds below which nothing can be measured. */
export const MIN_BUDGET_SECONDS = 5;
const MAX_BUDGET_SECONDS = 24 * 3600;

/**
 * `40s`, `5m`, `1m30s`, `1.5 hours` or plain seconds, as seconds.
 * @throws InputError for anything else, and outside 5 seconds to 24 hours.
 */
export function parseBudget(text: string): number {
  const seconds = secondsIn(text.trim().toLowerCase());
  if (seconds !== null && seconds >= MIN_BUDGET_SECONDS && seconds <= MAX_BUDGET_SECONDS) return seconds;
  throw new InputError([
    {
      file: '',
      message: `The budget "${text.slice(0, 40)}" is not a time between 5s and 24h.`,
      remedy: 'Write it like 40s, 5m, 1m30s or 1h.',
    },
  ]);
}

/** Hours come before minutes and minutes before seconds, each at most once; null: it is not a time. */
function secondsIn(text: string): number | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/.test(text)) return null;
  let seconds = 0;
  let next = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = UNITS.findIndex(({ names }, index) => index >= next && names.test(name));
    if (unit === -1) return null;
    seconds += Number(amount) * UNITS[unit].seconds;
    next = unit + 1;
  }
  return seconds;
}

/** Reading images ends here; what is left unread counts as if it had not been sampled. */
export const DECODE_FRACTION = 0.3;
/** No linear probe starts later. */
export const LINEAR_PROBE_FRACTION = 0.45;
/** No linear probe is waited for any longer. */
export const LINEAR_PROBE_STOP_FRACTION = 0.55;
/** No trial may end later: the verdict and the report follow. */
export const TRAIN_FRACTION = 0.97;
/** Trials that take longer than planned are stopped. */
export const HARD_STOP_FRACTION = 1.04;
