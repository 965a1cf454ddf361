/** Ends the help of every command that can fail in more than one way. */
export const EXIT_CODES = `
Exit codes:
  0  done, also when the verdict is inconclusive
  1  the run failed or was cancelled, a file could not be written, or the data
     stopped it
  2  what was typed is wrong: an option, a path, a manifest, a table`;
