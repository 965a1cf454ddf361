/** What goes to standard output, and how wide. */
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
  // On a runner of GitHub's, what is printed is searched for commands, and this begins one wherever it stands.
  return JSON.stringify(value, null, 2).replaceAll('##[', '#\\u0023[');
}
