/** What the names of folders say when they are read side by side: one name alone may always be a class. */
import { splitOf, type SplitWord } from './split-names.js';

/** `seg_train`: the split in a folder's name, and what else the name says. */
export interface NamedSplit {
  split: SplitWord;
  /** `seg`; empty where the name says nothing but the split. */
  rest: string;
}

/** Words that say nothing about what is in a folder of images. */
const FILLER = /^(images?|imgs?|pictures?|pics|photos?|set|data|dataset|digits?|files?|input|folder)$/;

/** The split in a folder's name; null: there is none. It may be a class all the same, as `test_tube` is. */
export function splitInName(name: string): NamedSplit | null {
  const words = wordsOf(name);
  const named = words.filter((word) => splitOf(bare(word)) !== null);
  if (named.length !== 1) return null;
  const rest = words.filter((word) => word !== named[0] && !FILLER.test(word)).join(' ');
  return { split: splitOf(bare(named[0]))!, rest };
}

/**
 * The folders that are splits: those with a split's very name, and those that differ by the split in their names only,
 * such as `seg_train` and `seg_test`.
 */
export function splitsAmong(names: readonly string[]): ReadonlyMap<string, SplitWord> {
  const named = names.flatMap((name) => {
    const found = splitInName(name);
    return found === null ? [] : [{ name, ...found }];
  });
  const isPaired = ({ split, rest }: NamedSplit) =>
    named.some((other) => other.rest === rest && other.split !== split);
  return new Map(
    named
      .filter((each) => splitOf(each.name) !== null || isPaired(each))
      .map(({ name, split }) => [name, split]),
  );
}

/** Words for a share of something: what is numbered after them are pieces, not kinds. */
const PIECE =
  /(^| )(parts?|folds?|k?fold|splits?|chunks?|batch|batches|shards?|images?|imgs?|patients?|subjects?|persons?|cases?|sessions?|folders?|datasets?|slides?|sites?)$/;

/** Whether folders are called after pieces of one whole, such as `part_1` and `part_2`. */
export function arePieces(names: readonly string[]): boolean {
  return differInNumbersOnly(names) && PIECE.test(wordsOf(names[0]).join(' '));
}

/** `p07` and `p12`; also `07` and `12`. */
export function differInNumbersOnly(names: readonly string[]): boolean {
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
function bare(word: string): string {
  return word.replace(/(set|data|images?|imgs?)$/, '').replace(/^trainval$/, 'train');
}
