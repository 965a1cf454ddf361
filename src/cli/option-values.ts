/** Values of command-line options; what is none is told in commander's way. */
import { InvalidArgumentError } from 'commander';
import { parseBudget } from '../scheduling/budget.js';
import { STRATEGIES } from '../verdict/arm.js';
import type { StrategyName } from '../verdict/types.js';

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
