import { InputError } from '../manifest/problem.js';
import { parseBudget } from '../probe/budget.js';
import type { StrategyName } from '../verdict/model.js';
import { parseEngine, parseStrategies, type EngineName } from './settings.js';

/** What a comment asks of the bot. */
export type Command =
  | { kind: 'none' }
  | { kind: 'help' }
  | { kind: 'probe'; wishes: { budgetSeconds?: number; strategies?: StrategyName[]; engine?: EngineName } }
  | { kind: 'unknown'; problem: string };

/** Reads `/headstart help` and `/headstart probe [budget=5m] [strategies=frozen,scratch] [engine=wasm]`. */
export function parseCommand(line: string): Command {
  const [call, verb, ...options] = line.trim().split(/\s+/u);
  if (call.toLowerCase() !== '/headstart') return { kind: 'none' };
  // Headstart runs for every comment of a repository: a line with nothing more asks for help.
  switch ((verb as string | undefined)?.toLowerCase()) {
    case undefined:
    case 'help':
      return { kind: 'help' };
    case 'probe':
      return probeCommand(options);
    default:
      return { kind: 'unknown', problem: `There is no command \`${verb}\`.` };
  }
}

function probeCommand(options: readonly string[]): Command {
  const wishes: Extract<Command, { kind: 'probe' }>['wishes'] = {};
  try {
    for (const option of options) {
      const [name, value = ''] = option.split(/=(.*)/su, 2);
      switch (name.toLowerCase()) {
        case 'budget':
          wishes.budgetSeconds = parseBudget(value);
          break;
        case 'strategies':
          wishes.strategies = parseStrategies(value);
          break;
        case 'engine':
          wishes.engine = parseEngine(value);
          break;
        default:
          return { kind: 'unknown', problem: `\`probe\` has no option \`${name}\`.` };
      }
    }
  } catch (error) {
    if (error instanceof InputError) return { kind: 'unknown', problem: error.message };
    throw error;
  }
  return { kind: 'probe', wishes };
}
