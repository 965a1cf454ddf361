import type { Interval, StrategyName } from './model.js';

/** How the verdict's own sentences write numbers and names. */

/** Each can be the subject of a sentence, in the singular. */
export const NAMES: Record<StrategyName, string> = {
  frozen: 'the frozen network',
  'fine-tune': 'fine-tuning',
  hybrid: 'the hybrid',
  scratch: 'scratch',
};

/** `0.0853` → `8.5`. */
export function points(fraction: number): string {
  return (100 * Math.abs(fraction)).toFixed(1);
}

/** `0.0853` → `+8.5`. */
export function signedPoints(fraction: number): string {
  const written = points(fraction);
  return written === '0.0' ? written : `${fraction < 0 ? '−' : '+'}${written}`;
}

/** A difference of two accuracies as people say it. */
export interface Distance {
  /** `20 points`, `1.2 points`: tenths only where they count. */
  size: string;
  side: 'above' | 'below';
  /** `15 to 24`; `3 below to 9 above` where the sign is open. */
  range: string;
}

export function distance({ mean, low, high }: Interval): Distance {
  const digits = Math.abs(mean) >= 0.02 ? 0 : 1;
  const written = (fraction: number) => (100 * Math.abs(fraction)).toFixed(digits);
  const side = (fraction: number) => (fraction < 0 ? 'below' : 'above');
  const [near, far] = mean < 0 ? [high, low] : [low, high];
  return {
    size: `${written(mean)} points`,
    side: side(mean),
    range:
      side(low) === side(high)
        ? `${written(near)} to ${written(far)}`
        : `${written(low)} below to ${written(high)} above`,
  };
}

/** `8400` → `8,400`. */
export function count(value: number): string {
  return Math.round(value)
    .toFixed(0)
    .replace(/\B(?=(\d{3})+$)/gu, ',');
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(0)} %`;
}

/** `7.2 times`, `40 times`. */
export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} times`;
}

/** `52 s`, `26 min`, `3.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
