import leven from 'leven';

export interface Location {
  /** Relative to the folder that Headstart was started in. */
  file: string;
  /** From 1. */
  line?: number;
  /** From 1. */
  column?: number;
}

/** One thing that is wrong with the user's input, where it is and how to fix it. */
export interface Problem extends Location {
  /** One sentence. */
  message: string;
  remedy?: string;
}

/** The user's input is wrong: the run ends with exit code 2, and nothing is lost. */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join('\n'));
    this.name = 'InputError';
    this.problems = problems;
  }
}

export function problemAt(at: Location, message: string, remedy?: string): Problem {
  return { ...at, message, ...(remedy === undefined ? {} : { remedy }) };
}

/** An error with a single problem. */
export function inputError(at: Location, message: string, remedy?: string): InputError {
  return new InputError([problemAt(at, message, remedy)]);
}

/** `file:line:column: message Remedy.`, the form that editors and terminals make clickable. */
export function problemLine({ file, line, column, message, remedy }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place === '' ? message : `${place}: ${message}`, remedy].filter(Boolean).join(' ');
}

/** The candidate for "Did you mean": at most a third of its letters differ. Null if none is that close. */
export function nearestWord(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase().slice(0, 100);
  const best = candidates
    .map((candidate) => ({ candidate, distance: leven(typed, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .at(0);
  return best !== undefined && best.distance <= Math.max(1, best.candidate.length / 3)
    ? best.candidate
    : null;
}

export function quote(text: string, maxLength = 120): string {
  return `"${text.slice(0, maxLength)}"`;
}

/** `"cat", "dog" and 3 more`: the first five names. */
export function quoteNames(names: readonly string[]): string {
  const quoted = names.slice(0, 5).map((name) => quote(name, 60));
  const more = names.length - quoted.length;
  return more > 0 ? `${quoted.join(', ')} and ${more} more` : quoted.join(', ');
}

/** `train, test, …`: the first names. */
export function listNames(names: readonly string[], max = 5): string {
  return names.slice(0, max).join(', ') + (names.length > max ? ', …' : '');
}

/** The code of a system or zlib error, such as `ENOSPC`; null if it has none. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
