import { basename, relative } from 'node:path';

/** Options that the next run has otherwise, or that only say what is printed. */
const LEFT_OUT = ['--json', '--quiet'];

/**
 * The command as it was typed, but for its budget: the program, and what stands behind it.
 * @param argv of the process: Node, the program, the arguments.
 */
export function typedCommand([, program, ...given]: readonly string[], cwd: string): string[] {
  const budget = given.indexOf('--budget');
  const words = given.filter(
    (word, index) =>
      !LEFT_OUT.includes(word) &&
      !word.startsWith('--budget=') &&
      (budget === -1 || (index !== budget && index !== budget + 1)),
  );
  const called = basename(program) === 'headstart' ? ['headstart'] : ['node', relative(cwd, program)];
  return [...called, ...words];
}
