/** How sentences write numbers and strategies. Fractions come in; percent or points come out. */
import type { Interval, StrategyName } from './types.js';

/** Each name can be the subject of a sentence, in the singular. */
export const namesInText: Record<StrategyName, string> = {
  frozen: 'the frozen network',
  'fine-tune': 'fine-tuning',
  hybrid: 'the hybrid',
  scratch: 'scratch',
};

const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0, signDisplay: 'negative' });

/** `2098` → `2,098`. */
export function count(value: number): string {
  return wholeNumber.format(Math.round(value));
}

/** `1, image` → `1 image`, `3, image` → `3 images`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${Math.round(value) === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

/** `0.825` → `82.5 %`. */
export function percent(fraction: number): string {
  return `${points(fraction)} %`;
}

/** `0.825` → `82.5`, `-0.044` → `−4.4`. */
export function points(fraction: number): string {
  const written = (100 * fraction).toFixed(1);
  return written === '-0.0' ? '0.0' : written.replace('-', '−');
}

/** `-0.044` → `−4.4`, `0.197` → `+19.7`. */
export function signedPoints(fraction: number): string {
  const written = points(fraction);
  return written === '0.0' || written.startsWith('−') ? written : `+${written}`;
}

/** The ends of an interval: `78.5 to 85.9`, or with signs for differences: `+15.0 to +24.4`. */
export function range({ low, high }: Interval, format: (fraction: number) => string = points): string {
  return `${format(low)} to ${format(high)}`;
}

/** A probability, `94 %`: never `100 %` or `0 %`. */
export function probability(fraction: number): string {
  if (fraction > 0.99) return 'over 99 %';
  if (fraction < 0.01) return 'under 1 %';
  return `${(100 * fraction).toFixed(0)} %`;
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

/** `7.2 times`, `40 times`. */
export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} times`;
}

/** `52 s`, `26 min`, `2 h 10 min`, `3.1 days`. */
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

/** Money, never with a dollar sign: GitHub would read it as a formula. */
export function usd(amount: number): string {
  if (amount === 0) return '0 USD';
  if (amount < 0.01) return 'under 0.01 USD';
  return amount < 100 ? `${amount.toFixed(2)} USD` : `${count(amount)} USD`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
