import type { SplitName } from './dataset.js';

/** The names that Hugging Face's ImageFolder knows. */
const NAMES: Record<SplitName, readonly string[]> = {
  train: ['train', 'training'],
  val: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

/** The split that a folder's or column's word stands for; null: it is none. */
export function splitOf(word: string): SplitName | null {
  const lower = word.trim().toLowerCase();
  return (Object.keys(NAMES) as SplitName[]).find((split) => NAMES[split].includes(lower)) ?? null;
}
