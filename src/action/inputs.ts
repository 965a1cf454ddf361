import { FINDING_IDS } from '../checks/run-checks.js';
import { DEFAULT_BACKBONE } from '../github/comments/comment-key.js';
import { isSha } from '../github/events/event.js';
import { allowedDrop } from '../github/fail-on.js';
import { InputError, type Problem } from '../problem.js';
import { parseBudget } from '../scheduling/budget.js';
import { MOST_SHARDS } from '../probe/shards/model.js';
import type { StrategyName } from '../verdict/types.js';
import type { BackboneRequest } from '../backbone/load.js';
import {
  type EngineName,
  listed,
  parseChoice,
  parseEngine,
  parseSha256,
  parseStrategies,
  parseWhole,
} from '../github/commands/settings.js';

/** What a step does. */
export type Mode = (typeof MODES)[number];
const MODES = ['probe', 'comment', 'plan', 'shard', 'merge'] as const;

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
  /** null: one per core. */
  workers: number | null;
  token: string;
  comment: 'sticky' | 'new' | 'off';
  /** `inconclusive`, `stopped` and ids of findings. */
  failOn: string[];
  out: string;
  /** Whether there is a check run on the commit. */
  checkRun: boolean;
  /** Whether to skip datasets that the pull request does not change. */
  onlyChanged: boolean;
  /** `auto` measures the base if it has no stored verdict; `stored` does not. */
  baseline: 'auto' | 'stored' | 'off';
  /** Commit to compare with; null: as the event says. */
  base: string | null;
  /** `counts` keeps file names out of everything that is posted. */
  details: 'full' | 'counts';
  /** Limit of every budget in seconds; null: no limit. */
  maxSeconds: number | null;
  /** Price of the runner; null: the list price. */
  usdPerMinute: number | null;
  /** Number of machines of a plan. */
  shards: number;
  /** Path of `plan.json`. */
  plan: string | null;
  /** Number of this machine. */
  shard: number | null;
  /** Folder with the files of the shards. */
  shardsFrom: string | null;
  /** Whether later runs reuse embeddings and trials. */
  cache: boolean;
}

/**
 * Reads all inputs. Empty ones have the defaults of `action.yml`.
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
      source: read('backbone', String, DEFAULT_BACKBONE),
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
    checkRun: readFlag('check-run', true),
    onlyChanged: readFlag('only-changed', true),
    baseline: read(
      'baseline',
      (text) => parseChoice('baseline', text, ['auto', 'stored', 'off'] as const),
      'auto',
    ),
    base: read<string | null>('base', parseCommit, null),
    details: read(
      'details',
      (text) => parseChoice('depth of details', text, ['full', 'counts'] as const),
      'full',
    ),
    maxSeconds: read<number | null>(
      'max-minutes',
      (text) => 60 * parseWhole('number of minutes', text, 1, 1440),
      null,
    ),
    usdPerMinute: read<number | null>('price-per-minute', parsePrice, null),
    shards: read('shards', (text) => parseWhole('number of shards', text, 1, MOST_SHARDS), 4),
    plan: read<string | null>('plan', String, null),
    shard: read<number | null>('shard', (text) => parseWhole('shard', text, 0, MOST_SHARDS - 1), null),
    shardsFrom: read<string | null>('shards-from', String, null),
    cache: readFlag('cache', true),
  };
  if (problems.length > 0) throw new InputError(problems);
  return inputs;
}

function parseCommit(text: string): string {
  const given: unknown = text;
  if (isSha(given)) return given;
  throw new InputError([
    {
      file: '',
      message: `"${text.slice(0, 80)}" is no commit.`,
      remedy: 'Write its full SHA in lowercase.',
    },
  ]);
}

function parsePrice(text: string): number {
  const price = /^\d{1,4}(?:\.\d{1,6})?$/u.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(price)) return price;
  throw new InputError([
    {
      file: '',
      message: `"${text.slice(0, 40)}" is no price.`,
      remedy: 'Write USD per minute, such as 0.006.',
    },
  ]);
}

function parseFailOn(text: string): string[] {
  const names = listed(text.toLowerCase());
  const known = ['inconclusive', 'stopped', 'verdict-changed', ...FINDING_IDS];
  const wrong = names.find((name) => !known.includes(name) && allowedDrop(name) === null);
  if (wrong === undefined) return names;
  throw new InputError([
    {
      file: '',
      message: `"${wrong.slice(0, 40)}" is nothing to fail on.`,
      remedy: `Choose from ${known.join(', ')}, accuracy-drop>1pt.`,
    },
  ]);
}
