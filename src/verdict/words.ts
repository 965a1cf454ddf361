import type { StrategyName } from './model.js';

/** How the verdict's own sentences write numbers and names. */

export const NAMES: Record<StrategyName, string> = {
  frozen: 'frozen features',
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

/** `8400` → `8,400`. */
export function count(value: number): string {
  return Math.round(value)
    .toFixed(0)
    .replace(/\B(?=(\d{3})+$)/gu, ',');
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(0)} %`;
}

/** `52 s`, `26 min`, `3.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
