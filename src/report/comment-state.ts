/** What a comment remembers, hidden in it: so the next run knows the verdicts so far, and what was said last. */
import type { StrategyName, Verdict } from '../verdict/model.js';
import { ruleOf } from './digest.js';
import type { Report } from './model.js';
import { reachOf } from '../verdict/reach.js';
import { strategyNames, sure } from './render/words.js';

export interface PastVerdict {
  family: Verdict['family'];
  choice: StrategyName | null;
  /** As it was said; null: it was too far from what was measured for a number. */
  confidence: number | null;
}

export interface CommentState {
  /** By which rule the verdicts came about, as `ruleOf` says it; null: not known. */
  rule: string | null;
  /** The commit that was measured last. */
  head: string | null;
  /** The oldest first; one a commit. */
  verdicts: PastVerdict[];
  /** Why the last one is what it is, a sentence each. */
  reasons: string[];
}

const OPENING = '<!-- headstart:state ';
const CLOSING = ' -->';
const MOST_VERDICTS = 12;
const MOST_REASONS = 6;
const LONGEST_REASON = 300;
const SHA256_DIGITS = 64;

/** The state after one more report; a new run on the same commit replaces its verdict, another rule all of them. */
export function nextState(previous: CommentState | null, head: string | null, report: Report): CommentState {
  const { verdict, receipt } = report;
  if (verdict === null)
    return {
      rule: previous?.rule ?? null,
      head,
      verdicts: previous?.verdicts ?? [],
      reasons: previous?.reasons ?? [],
    };
  const rule = receipt === null ? null : ruleOf(receipt.backbone.sha256.slice(0, SHA256_DIGITS));
  const known = previous?.rule === rule ? previous.verdicts : [];
  const before = head !== null && previous?.head === head ? known.slice(0, -1) : known;
  return {
    rule,
    head,
    verdicts: [...before, pastVerdict(verdict)].slice(-MOST_VERDICTS),
    reasons: verdict.reasons.slice(0, MOST_REASONS).map((reason) => reason.slice(0, LONGEST_REASON)),
  };
}

/** What is remembered of a verdict. */
export function pastVerdict({ family, choice, claim, extrapolation }: Verdict): PastVerdict {
  const beyond = extrapolation !== null && reachOf(extrapolation) === 'beyond';
  return { family, choice, confidence: beyond ? null : claim };
}

/** What would end it, hide in it, or be read by GitHub in spite of it, as for a formula, is written by its number. */
export function hiddenState(state: CommentState): string {
  const json = JSON.stringify(state).replace(/[<>&$@#]|[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => character.charCodeAt(unit))
      .map((code) => `\\u${code.toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `${OPENING}${json}${CLOSING}`;
}

/** The state in a comment of ours; null where there is none. People with write access may have edited it. */
export function stateIn(body: string): CommentState | null {
  // It is the last thing in a comment: names of the repository, which may say the same, stand before it.
  const start = body.lastIndexOf(OPENING);
  const end = body.indexOf(CLOSING, start);
  if (start === -1 || end === -1) return null;
  try {
    return checked(JSON.parse(body.slice(start + OPENING.length, end)));
  } catch {
    return null;
  }
}

const FAMILIES: readonly unknown[] = ['transfer', 'scratch', 'equivalent', 'inconclusive'];

function checked(value: unknown): CommentState | null {
  const { rule, head, verdicts, reasons } = value as Record<keyof CommentState, unknown>;
  const isHead = head === null || (typeof head === 'string' && /^[0-9a-f]{7,64}$/u.test(head));
  if (!isHead || !Array.isArray(verdicts) || !verdicts.every(isVerdict)) return null;
  const sentences = Array.isArray(reasons)
    ? reasons.filter((reason): reason is string => typeof reason === 'string')
    : [];
  return {
    rule: typeof rule === 'string' ? rule.slice(0, LONGEST_REASON) : null,
    head,
    verdicts: verdicts.slice(-MOST_VERDICTS),
    reasons: sentences.slice(0, MOST_REASONS).map((reason) => reason.slice(0, LONGEST_REASON)),
  };
}

function isVerdict(value: unknown): value is PastVerdict {
  const { family, choice, confidence } = value as Record<keyof PastVerdict, unknown>;
  return (
    FAMILIES.includes(family) &&
    (choice === null || (typeof choice === 'string' && Object.hasOwn(strategyNames, choice))) &&
    (confidence === null || (typeof confidence === 'number' && confidence >= 0 && confidence <= 1))
  );
}

/** A verdict in a word or two: `hybrid`, `inconclusive`. */
export function saidBriefly({ family, choice }: Pick<PastVerdict, 'family' | 'choice'>): string {
  return family === 'inconclusive' || choice === null ? family : strategyNames[choice].toLowerCase();
}

/** `, 94 % sure`; empty where no number was said, or the verdict was open. */
export function saidSurely({ family, confidence }: Pick<PastVerdict, 'family' | 'confidence'>): string {
  return confidence === null || family === 'inconclusive' ? '' : `, ${sure(confidence)} sure`;
}

/** `frozen features → hybrid`; null with fewer than two verdicts. */
export function historyLine({ verdicts }: CommentState): string | null {
  return verdicts.length < 2 ? null : `Verdicts so far: ${verdicts.map(saidBriefly).join(' → ')}`;
}
