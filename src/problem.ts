/** One thing that is wrong with what the user wrote: where it stands, and what to do about it. */
export interface Problem {
  /** Path as the user knows it, relative to where they called. */
  file: string;
  /** From 1. */
  line?: number;
  /** From 1. */
  column?: number;
  /** What is wrong, in one sentence. */
  message: string;
  /** What to do about it. */
  remedy?: string;
}

/** The user's input is wrong: the run ends with exit code 2 and nothing is lost. */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join('\n'));
    this.name = 'InputError';
    this.problems = problems;
  }
}

/** `file:line:column: message Remedy.`, the form that editors and terminals make clickable. */
export function problemLine({ file, line, column, message, remedy }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place === '' ? message : `${place}: ${message}`, remedy].filter(Boolean).join(' ');
}

/** The code of a system or zlib error, such as `ENOSPC`; null if it has none. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
