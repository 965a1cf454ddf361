import { InputError, problemLine } from '../problem.js';
import { plain } from '../report/escape.js';

/** Characters. */
const LONGEST = 2000;

/** Says on standard error what is wrong, in the form that commander gives its own errors. */
export function sayError(message: string): void {
  process.stderr.write(`error: ${plain(message, LONGEST)}\n`);
}

/**
 * Says why the program ends.
 * @returns the exit code: 2 where what the user wrote is wrong, 1 where the run failed.
 */
export function sayFailure(error: unknown): number {
  if (error instanceof InputError) {
    for (const problem of error.problems) sayError(problemLine(problem));
    return 2;
  }
  sayError(error instanceof Error ? error.message : String(error));
  return 1;
}
