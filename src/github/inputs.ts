import { FINDING_IDS } from '../checks/index.js';
import { InputError, type Problem } from '../manifest/problem.js';
import { parseBudget } from '../probe/budget.js';
import type { StrategyName } from '../verdict/model.js';
import type { BackboneRequest } from '../backbone/obtain.js';
import {
  type EngineName,
  listed,
  parseChoice,
  parseEngine,
  parseSha256,
  parseStrategies,
  parseWhole,
} from './settings.js';

/** What a step does. */
export type Mode = (typeof MODES)[number];
const MODES = ['probe', 'comment'] as const;

/** The inputs of `action.yml`, read and checked. */
export interface ActionInputs {
  mode: Mode;
  path: string;
  manifest: string | null;
  budgetSeconds: number;
  engine: EngineName;
  backbone: BackboneRequest;
  /** null: all of them. */
  strategies: StrategyName[] | null;
  seed: number;
  /** null: one a core. */
  workers: number | null;
  token: string;
  comment: 'sticky' | 'new' | 'off';
  /** `inconclusive`, `stopped` and ids of findings. */
  failOn: string[];
  out: string;
  /** Whether embeddings and trials are carried from run to run. */
  cache: boolean;
}

/**
 * Reads all inputs; an empty one takes its default, those of `action.yml`.
 * @throws InputError with every input that is wrong.
 */
export function readInputs(input: (name: string) => string): ActionInputs {
  const problems: Problem[] = [];
  const read = <T>(name: string, parse: (text: string) => T, otherwise: T): T => {
    const text = input(name).trim();
    if (text === '') return otherwise;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, file: `input ${name}` })));
      return otherwise;
    }
  };
  const readFlag = (name: string, otherwise: boolean): boolean =>
    read(name, (text) => parseChoice(`setting of ${name}`, text, ['true', 'false']), String(otherwise)) ===
    'true';
  const inputs: ActionInputs = {
    mode: read('mode', (text) => parseChoice('mode', text, MODES), 'probe'),
    path: read('path', String, '.'),
    manifest: read<string | null>('manifest', String, null),
    budgetSeconds: read('budget', parseBudget, 300),
    engine: read('engine', parseEngine, 'auto'),
    backbone: {
      source: read('backbone', String, 'embedded'),
      sha256: read<string | null>('backbone-sha256', parseSha256, null),
      unpinned: readFlag('allow-unpinned', false),
      fallback: readFlag('backbone-fallback', false),
    },
    strategies: read<StrategyName[] | null>('strategies', parseStrategies, null),
    seed: read('seed', (text) => parseWhole('seed', text, 0, 2 ** 31 - 1), 1),
    workers: read<number | null>('workers', (text) => parseWhole('number of workers', text, 1, 64), null),
    token: input('github-token').trim(),
    comment: read(
      'comment',
      (text) => parseChoice('way to comment', text, ['sticky', 'new', 'off']),
      'sticky',
    ),
    failOn: read('fail-on', parseFailOn, []),
    out: read('out', String, 'headstart-report'),
    cache: readFlag('cache', true),
  };
  if (problems.length > 0) throw new InputError(problems);
  return inputs;
}

function parseFailOn(text: string): string[] {
  const names = listed(text.toLowerCase());
  const known = ['inconclusive', 'stopped', ...FINDING_IDS];
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return names;
  throw new InputError([
    {
      file: '',
      message: `"${wrong.slice(0, 40)}" is nothing to fail on.`,
      remedy: `Take some of ${known.join(', ')}.`,
    },
  ]);
}
