/** What the program prints: results on standard output, errors on standard error. */
import { InputError, problemLine } from '../problem.js';
import { plain } from '../report/escape.js';

const MAX_ERROR_LENGTH = 2000;

/** The width and color support of standard output. */
export function terminal(): { width: number; color: boolean } {
  const { columns, isTTY } = process.stdout;
  return {
    width: isTTY ? Math.min(columns, 100) : 100,
    color: isTTY && process.env['NO_COLOR'] === undefined,
  };
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function json(value: unknown): string {
  // Runners of GitHub search the output for commands, which may start with this anywhere in a line.
  return JSON.stringify(value, null, 2).replaceAll('##[', '#\\u0023[');
}

/** Prints an error in commander's format. */
export function printError(message: string): void {
  process.stderr.write(`error: ${plain(message, MAX_ERROR_LENGTH)}\n`);
}

/**
 * Prints why the program ends.
 * @returns the exit code: 2 for invalid input, 1 for a failed run.
 */
export function printFailure(error: unknown): number {
  if (error instanceof InputError) {
    for (const problem of error.problems) printError(problemLine(problem));
    return 2;
  }
  printError(error instanceof Error ? error.message : String(error));
  return 1;
}
