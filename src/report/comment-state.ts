/** The state that a comment hides in itself, so that the next run knows the verdicts so far. */
import type { StrategyName, Verdict } from '../verdict/types.js';
import { ruleOf } from './snapshot.js';
import type { Report } from './types.js';
import { reachOf } from '../verdict/sentences.js';
import { probability } from '../verdict/format.js';
import { strategyNames } from './names.js';

export interface PastVerdict {
  family: Verdict['family'];
  choice: StrategyName | null;
  /** As stated; null: the full run was too far from what was measured for a number. */
  confidence: number | null;
}

export interface CommentState {
  /** The rule of the verdicts, from `ruleOf`; null: not known. */
  rule: string | null;
  /** The commit that was measured last. */
  head: string | null;
  /** One per commit, the oldest first. */
  verdicts: PastVerdict[];
  /** Reasons of the last verdict, a sentence each. */
  reasons: string[];
}

const OPENING = '<!-- headstart:state ';
const CLOSING = ' -->';
const MAX_VERDICTS = 12;
const MAX_REASONS = 6;
const MAX_REASON_LENGTH = 300;
const SHA256_DIGITS = 64;

/** The state after one more report. A new run on the same commit replaces its verdict; another rule replaces all. */
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
    verdicts: [...before, pastVerdict(verdict)].slice(-MAX_VERDICTS),
    reasons: verdict.reasons.slice(0, MAX_REASONS).map((reason) => reason.slice(0, MAX_REASON_LENGTH)),
  };
}

export function pastVerdict({ family, choice, claim, extrapolation }: Verdict): PastVerdict {
  const beyond = extrapolation !== null && reachOf(extrapolation) === 'beyond';
  return { family, choice, confidence: beyond ? null : claim };
}

/** Escapes characters that could end the comment, hide in it, or be read by GitHub anyway, as formulas are. */
export function hiddenState(state: CommentState): string {
  const json = JSON.stringify(state).replace(/[<>&$@#]|[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => character.charCodeAt(unit))
      .map((code) => `\\u${code.toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `${OPENING}${json}${CLOSING}`;
}

/** The state in one of our comments; null where there is none. People with write access may have edited it. */
export function stateIn(body: string): CommentState | null {
  // The state comes last in a comment, after any names from the repository that may imitate it.
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
    rule: typeof rule === 'string' ? rule.slice(0, MAX_REASON_LENGTH) : null,
    head,
    verdicts: verdicts.slice(-MAX_VERDICTS),
    reasons: sentences.slice(0, MAX_REASONS).map((reason) => reason.slice(0, MAX_REASON_LENGTH)),
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
export function briefVerdict({ family, choice }: Pick<PastVerdict, 'family' | 'choice'>): string {
  return family === 'inconclusive' || choice === null ? family : strategyNames[choice].toLowerCase();
}

/** `, 94 % sure`; empty where no number was stated or the verdict was inconclusive. */
export function certaintyOf({ family, confidence }: Pick<PastVerdict, 'family' | 'confidence'>): string {
  return confidence === null || family === 'inconclusive' ? '' : `, ${probability(confidence)} sure`;
}

/** `frozen features → hybrid`; null with fewer than two verdicts. */
export function historyLine({ verdicts }: CommentState): string | null {
  return verdicts.length < 2 ? null : `Verdicts so far: ${verdicts.map(briefVerdict).join(' → ')}`;
}
