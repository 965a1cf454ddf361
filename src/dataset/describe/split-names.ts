export type SplitWord = 'train' | 'val' | 'test';

/** The names that Hugging Face's ImageFolder knows. */
const NAMES: Record<SplitWord, readonly string[]> = {
  train: ['train', 'training'],
  val: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

/** The split that a folder's or column's word stands for; null: it is none. */
export function splitOf(word: string): SplitWord | null {
  const lower = word.trim().toLowerCase();
  return (Object.keys(NAMES) as SplitWord[]).find((split) => NAMES[split].includes(lower)) ?? null;
}
