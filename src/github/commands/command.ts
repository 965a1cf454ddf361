import { EMBEDDED_NAMES } from '../../backbone/embedded.js';
import { CATALOG } from '../../backbone/load/source.js';
import { InputError } from '../../problem.js';
import { parseBudget } from '../../scheduling/budget.js';
import type { StrategyName } from '../../verdict/types.js';
import { type EngineName, inputError, parseEngine, parseStrategies } from './settings.js';

/** What a probe command sets beyond the settings of the workflow. */
export interface CommandOptions {
  budgetSeconds?: number;
  strategies?: StrategyName[];
  engine?: EngineName;
  /** A name in `BACKBONES`. */
  backbone?: string;
}

export type Command =
  | { kind: 'none' }
  | { kind: 'help' }
  | { kind: UtilityCommand }
  /** `commit`: the first 7 to 64 digits of the head that is to be measured. */
  | { kind: 'probe'; options: CommandOptions; commit?: string }
  | { kind: 'unknown'; problem: string };

/** A command that needs no training. */
export type UtilityCommand = (typeof UTILITY_COMMANDS)[number];
const UTILITY_COMMANDS = ['explain', 'inspect', 'cancel'] as const;

/**
 * Backbones that a comment may name: they are embedded, or their hash is known. Only the workflow, on the default
 * branch, may name a folder of the pull request or a URL.
 */
export const BACKBONES: readonly string[] = [
  ...EMBEDDED_NAMES,
  'auto',
  ...CATALOG.filter(({ sha256 }) => sha256 !== null).map(({ name }) => name),
];

/** Characters beyond these are ignored. */
export const MAX_COMMAND_LENGTH = 500;

/** Parses `/headstart probe [budget=5m] [strategies=frozen,scratch] [engine=wasm] [backbone=auto] [@0123abc]` and others. */
export function parseCommand(line: string): Command {
  const [call, word = 'help', ...options] = line.slice(0, MAX_COMMAND_LENGTH).trim().split(/\s+/u);
  if (call.toLowerCase() !== '/headstart') return { kind: 'none' };
  const verb = word.toLowerCase();
  if (verb === 'help') return { kind: 'help' };
  if (verb === 'probe') return parseProbe(options);
  const utility = UTILITY_COMMANDS.find((one) => one === verb);
  if (utility === undefined) return { kind: 'unknown', problem: `There is no command \`${word}\`.` };
  return options.length === 0
    ? { kind: utility }
    : { kind: 'unknown', problem: `\`${utility}\` takes no arguments, but got \`${options[0]}\`.` };
}

function parseProbe(words: readonly string[]): Command {
  const options: CommandOptions = {};
  let commit: string | undefined;
  try {
    for (const word of words) {
      if (word.startsWith('@')) {
        commit = parseCommit(word.slice(1));
        continue;
      }
      const [name, value = ''] = word.split(/=(.*)/su, 2);
      switch (name.toLowerCase()) {
        case 'budget':
          options.budgetSeconds = parseBudget(value);
          break;
        case 'strategies':
          options.strategies = parseStrategies(value);
          break;
        case 'engine':
          options.engine = parseEngine(value);
          break;
        case 'backbone':
          options.backbone = parseBackbone(value);
          break;
        default:
          return { kind: 'unknown', problem: `\`probe\` has no option \`${name}\`.` };
      }
    }
  } catch (error) {
    if (error instanceof InputError) return { kind: 'unknown', problem: error.message };
    throw error;
  }
  return { kind: 'probe', options, ...(commit === undefined ? {} : { commit }) };
}

function parseCommit(text: string): string {
  if (/^[0-9a-f]{7,64}$/iu.test(text)) return text.toLowerCase();
  throw inputError(`\`@${text.slice(0, 80)}\` is not a commit.`, 'Write 7 to 64 of its hexadecimal digits.');
}

function parseBackbone(text: string): string {
  const name = BACKBONES.find((one) => one === text.toLowerCase());
  if (name !== undefined) return name;
  throw inputError(
    `A comment may not name the backbone \`${text.slice(0, 80)}\`: only the workflow on the default branch may name files and URLs, because its run has write access.`,
    `Use one of ${BACKBONES.map((one) => `\`${one}\``).join(', ')}.`,
  );
}
