/** What names of folders, files and columns say. A single name may always be a class: `test_tube`. */
import type { SplitName } from '../dataset.js';

/** The names that Hugging Face's ImageFolder knows. */
const SPLIT_NAMES: Record<SplitName, readonly string[]> = {
  train: ['train', 'training'],
  val: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};
export const SPLITS = ['train', 'val', 'test'] as const;

/** The split that a word stands for. */
export function splitOf(word: string): SplitName | null {
  const lower = word.trim().toLowerCase();
  return SPLITS.find((split) => SPLIT_NAMES[split].includes(lower)) ?? null;
}

/** A folder's name that contains a split: `seg_train`. */
export interface SplitInName {
  split: SplitName;
  /** The rest of the name: `seg`; empty if there is none. */
  rest: string;
}

/** Words that say nothing about what is in a folder of images. */
const FILLER = /^(images?|imgs?|pictures?|pics|photos?|set|data|dataset|digits?|files?|input|folder)$/;

export function splitInName(name: string): SplitInName | null {
  const words = wordsOf(name);
  const splits = words.filter((word) => splitOf(withoutSuffix(word)) !== null);
  if (splits.length !== 1) return null;
  const rest = words.filter((word) => word !== splits[0] && !FILLER.test(word)).join(' ');
  return { split: splitOf(withoutSuffix(splits[0]))!, rest };
}

/**
 * The folders that are splits: those with exactly a split's name, and those whose names differ only by the
 * split, such as `seg_train` and `seg_test`.
 */
export function splitsAmong(names: readonly string[]): ReadonlyMap<string, SplitName> {
  const named = names.flatMap((name) => {
    const split = splitInName(name);
    return split === null ? [] : [{ name, ...split }];
  });
  const isPaired = ({ split, rest }: SplitInName) =>
    named.some((other) => other.rest === rest && other.split !== split);
  return new Map(
    named
      .filter((each) => splitOf(each.name) !== null || isPaired(each))
      .map(({ name, split }) => [name, split]),
  );
}

/** Words that are numbered when a dataset comes in parts. */
const PART =
  /(^| )(parts?|folds?|k?fold|splits?|chunks?|batch|batches|shards?|images?|imgs?|patients?|subjects?|persons?|cases?|sessions?|folders?|datasets?|slides?|sites?)$/;

/** Whether folders are named after parts of one dataset, such as `part_1` and `part_2`. */
export function areParts(names: readonly string[]): boolean {
  return differOnlyInNumbers(names) && PART.test(wordsOf(names[0]).join(' '));
}

/** `p07` and `p12`; also `07` and `12`. */
export function differOnlyInNumbers(names: readonly string[]): boolean {
  const stems = names.map((name) => name.toLowerCase().replace(/\d+/g, '#'));
  return names.length > 1 && stems[0].includes('#') && stems.every((stem) => stem === stems[0]);
}

/** Words in lower case, without numbers: `cars_train2` has `cars` and `train`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
}

/** `trainset` and `testdata` are splits, too. */
function withoutSuffix(word: string): string {
  return word.replace(/(set|data|images?|imgs?)$/, '').replace(/^trainval$/, 'train');
}
