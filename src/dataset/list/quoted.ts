const MOST_WORDS = 5;

/** Words as a message names them: the first five, each cut to sixty characters, and how many more there are. */
export function quoted(words: readonly string[]): string {
  const shown = words.slice(0, MOST_WORDS).map((word) => `"${word.slice(0, 60)}"`);
  const more = words.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
