import { EMBEDDED_NAMES } from '../../backbone/embedded.js';
import { CATALOG } from '../../backbone/load/source.js';
import { InputError } from '../../problem.js';
import { parseBudget } from '../../scheduling/budget.js';
import type { StrategyName } from '../../verdict/types.js';
import { type EngineName, inputError, parseEngine, parseStrategies } from './settings.js';

/** What a comment asks of the bot. */
export type Command =
  | { kind: 'none' }
  | { kind: 'help' }
  | { kind: Errand }
  | {
      kind: 'probe';
      wishes: {
        budgetSeconds?: number;
        strategies?: StrategyName[];
        engine?: EngineName;
        /** A name of `BACKBONES`. */
        backbone?: string;
      };
      /** What the head of the pull request has to begin with, 7 to 64 hexadecimal digits. */
      commit?: string;
    }
  | { kind: 'unknown'; problem: string };

/** What is answered without training. */
export type Errand = (typeof ERRANDS)[number];
const ERRANDS = ['explain', 'inspect', 'cancel'] as const;

/**
 * Backbones that a comment may name: they come with the program, or their hash does. A folder of the pull request or
 * an address is the workflow's to name, which stands on the default branch.
 */
export const BACKBONES: readonly string[] = [
  ...EMBEDDED_NAMES,
  'auto',
  ...CATALOG.filter(({ sha256 }) => sha256 !== null).map(({ name }) => name),
];

/** Characters of a command; what follows is not read. */
export const LONGEST_COMMAND = 500;

/** Reads `/headstart probe [budget=5m] [strategies=frozen,scratch] [engine=wasm] [backbone=auto] [@0123abc]` and the like. */
export function parseCommand(line: string): Command {
  const [call, word = 'help', ...options] = line.slice(0, LONGEST_COMMAND).trim().split(/\s+/u);
  if (call.toLowerCase() !== '/headstart') return { kind: 'none' };
  const verb = word.toLowerCase();
  // Headstart runs for every comment of a repository: a line with nothing more asks for help.
  if (verb === 'help') return { kind: 'help' };
  if (verb === 'probe') return probeCommand(options);
  const errand = ERRANDS.find((one) => one === verb);
  if (errand === undefined) return { kind: 'unknown', problem: `There is no command \`${word}\`.` };
  return options.length === 0
    ? { kind: errand }
    : { kind: 'unknown', problem: `\`${errand}\` takes nothing behind it, so not \`${options[0]}\`.` };
}

function probeCommand(options: readonly string[]): Command {
  const command: Extract<Command, { kind: 'probe' }> = { kind: 'probe', wishes: {} };
  const { wishes } = command;
  try {
    for (const option of options) {
      if (option.startsWith('@')) {
        command.commit = parseCommit(option.slice(1));
        continue;
      }
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
        case 'backbone':
          wishes.backbone = parseBackbone(value);
          break;
        default:
          return { kind: 'unknown', problem: `\`probe\` has no option \`${name}\`.` };
      }
    }
  } catch (error) {
    if (error instanceof InputError) return { kind: 'unknown', problem: error.message };
    throw error;
  }
  return command;
}

function parseCommit(text: string): string {
  if (/^[0-9a-f]{7,64}$/iu.test(text)) return text.toLowerCase();
  throw inputError(`\`@${text.slice(0, 80)}\` names no commit.`, 'Write 7 to 64 of its hexadecimal digits.');
}

function parseBackbone(text: string): string {
  const name = BACKBONES.find((one) => one === text.toLowerCase());
  if (name !== undefined) return name;
  throw inputError(
    `A comment may not name the backbone \`${text.slice(0, 80)}\`: files and addresses are for the workflow on the default branch to name, because the run that reads them may write.`,
    `Take one of ${BACKBONES.map((one) => `\`${one}\``).join(', ')}.`,
  );
}
