/** What the commands share: arguments, option values, and help. */
import { basename, relative } from 'node:path';
import { Argument, InvalidArgumentError } from 'commander';
import { parseBudget } from '../scheduling/budget.js';
import { STRATEGIES } from '../verdict/arm.js';
import type { StrategyName } from '../verdict/types.js';

/** Ends the help of every command that can fail in several ways. */
export const EXIT_CODES = `
Exit codes:
  0  done, also when the verdict is inconclusive
  1  the run failed or was cancelled, a file could not be written, or the data
     stopped it
  2  what was typed is wrong: an option, a path, a manifest, a table`;

export function datasetArgument(): Argument {
  return new Argument('[path]', 'dataset folder, table, manifest, or folder of datasets').default(
    '.',
    'the working directory',
  );
}

// Parsers for option values. Invalid ones throw InvalidArgumentError.

export function budget(text: string): number {
  try {
    return parseBudget(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}

export function strategyList(text: string): StrategyName[] {
  const names = text.split(',').map((name) => name.trim()) as StrategyName[];
  const unknown = names.find((name) => !STRATEGIES.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`"${unknown}" is not one of ${STRATEGIES.join(', ')}.`);
  return names;
}

/** Options that only change what is printed. */
const OUTPUT_OPTIONS = ['--json', '--quiet'];

/**
 * The command as it was typed, without its budget and output options.
 * @param argv of the process: Node, the program, the arguments.
 */
export function typedCommand([, program, ...args]: readonly string[], cwd: string): string[] {
  const budgetAt = args.indexOf('--budget');
  const words = args.filter(
    (word, index) =>
      !OUTPUT_OPTIONS.includes(word) &&
      !word.startsWith('--budget=') &&
      (budgetAt === -1 || (index !== budgetAt && index !== budgetAt + 1)),
  );
  const called = basename(program) === 'headstart' ? ['headstart'] : ['node', relative(cwd, program)];
  return [...called, ...words];
}
