import type { Interval, StrategyName } from '../../verdict/model.js';

/** How numbers and strategies are called in front of people; fractions become percent or points. */

export const strategyNames: Record<StrategyName, string> = {
  frozen: 'Frozen features',
  'fine-tune': 'Fine-tune',
  hybrid: 'Hybrid',
  scratch: 'Scratch',
};

/** What to do when the strategy is the choice. */
export const advice: Record<StrategyName, string> = {
  frozen: 'Keep the pre-trained network frozen',
  'fine-tune': 'Fine-tune',
  hybrid: 'Fine-tune, frozen layers first (hybrid)',
  scratch: 'Train from scratch',
};

/** `2098` → `2,098`. */
export function count(value: number): string {
  return Math.round(value)
    .toFixed(0)
    .replace(/\B(?=(\d{3})+$)/gu, ',');
}

/** `1, image` → `1 image`, `3, image` → `3 images`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${Math.round(value) === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

/** `0.825` → `82.5 %`. */
export function percent(fraction: number): string {
  return `${hundredths(fraction)} %`;
}

/** `0.825` → `82.5`. */
export function hundredths(fraction: number): string {
  return minus((100 * fraction).toFixed(1));
}

/** `-0.044` → `−4.4`, `0.197` → `+19.7`. */
export function signed(fraction: number): string {
  const points = hundredths(fraction);
  return /^[−]|^0\.0$/u.test(points) ? points : `+${points}`;
}

/** The ends of an interval of fractions: `78.5 to 85.9`, with signs for differences: `+15.0 to +24.4`. */
export function range({ low, high }: Interval, written: (fraction: number) => string = hundredths): string {
  return `${written(low)} to ${written(high)}`;
}

/** A probability in words: `94 %`, never `100 %` or `0 %`. */
export function sure(probability: number): string {
  if (probability > 0.99) return 'over 99 %';
  if (probability < 0.01) return 'under 1 %';
  return `${(100 * probability).toFixed(0)} %`;
}

/** Seconds as people say them: `52 s`, `26 min`, `2 h 10 min`, `3.1 days`. */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  if (minutes < 48 * 60) {
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  return `${(minutes / 60 / 24).toFixed(1)} days`;
}

/** Money, never with a dollar sign: GitHub reads it as a formula. */
export function usd(amount: number): string {
  if (amount === 0) return '0 USD';
  if (amount < 0.01) return 'under 0.01 USD';
  return amount < 100 ? `${amount.toFixed(2)} USD` : `${count(amount)} USD`;
}

function minus(number: string): string {
  return /^-0\.0+$/u.test(number) ? number.slice(1) : number.replace('-', '−');
}
