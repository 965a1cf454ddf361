import type { Family, Interval, StrategyName, Verdict } from './model.js';
import { isTransfer, STRATEGIES } from './arm.js';
import { intervalOf } from './interval.js';
import { mean } from './scale.js';

/** A difference that nobody would train twice for: one point of accuracy. */
export const POINT = 0.01;
/** Strategies whose expected regret lies within this are told apart by their price. */
export const TIE = 0.005;
const EQUIVALENT = 0.8;
const CONFIDENT = 0.65;
/** No side is surer than this while a family has not started to learn, nor than `SUREST` ever: draws are finite. */
const SUREST_WHILE_OPEN = 0.95;
const SUREST = 1 - 1e-4;
export const DEFAULT_MAX_REGRET = 0.015;

/** Draws of the accuracy at the horizon, by strategy. */
export type Outlook = Map<StrategyName, Float64Array>;

export interface Decision {
  family: Verdict['family'];
  choice: StrategyName | null;
  /** What the expected regret favours, whether or not it is sure enough to be the choice. */
  leaning: StrategyName;
  confidence: number;
  /** P(the one leaned to is ahead of every strategy of the other family, or at most a point behind). */
  claim: number;
  choiceConfidence: number;
  pTransfer: number;
  expectedRegret: number;
  gap: Interval | null;
  /** The transfer strategy of the gap. */
  contender: StrategyName | null;
  /** By strategy. */
  regret: Map<StrategyName, number>;
  pBest: Map<StrategyName, number>;
}

export interface Stakes {
  /** Cheapest first. */
  byPrice: readonly StrategyName[];
  maxRegret: number;
  /** The architecture must be one's own: only scratch can be taken. */
  custom: boolean;
  /** A family has not started to learn and was not measured at the horizon. */
  open: boolean;
}

/**
 * Which strategy loses least against the best of them at the horizon, and how sure that is. Only the strategies of the
 * likelier family are candidates, unless the families are equivalent: nobody should be sent to the side with less than
 * half of the probability.
 */
export function decide(outlook: Outlook, stakes: Stakes): Decision {
  const names = STRATEGIES.filter((name) => outlook.has(name));
  const best = bestOf(names.map((name) => outlook.get(name)!));
  const regret = new Map(names.map((name) => [name, shortfall(best, outlook.get(name)!)]));
  const pBest = shareBest(names, outlook, best);
  const lead = bestTransferLead(outlook);
  const gapDraws = familyGap(outlook);
  const gap = gapDraws === null ? null : intervalOf(gapDraws);
  const pTransfer = lead === null ? 0.5 : capped(shareAbove(lead), stakes.open);
  const within = lead === null ? 0 : share(lead, (value) => Math.abs(value) <= POINT);
  const isEquivalent = within >= EQUIVALENT && !stakes.custom;
  const likelier = names.filter((name) => isTransfer(name) === pTransfer >= 0.5);
  const candidates = lead === null || isEquivalent ? names : likelier;
  const leaning = stakes.custom && outlook.has('scratch') ? 'scratch' : cheapest(candidates, regret, stakes);
  const found = {
    leaning,
    pTransfer,
    gap,
    contender: contenderOf(outlook),
    regret,
    pBest,
    expectedRegret: regret.get(leaning)!,
    choiceConfidence: shareWithin(best, outlook.get(leaning)!),
  };
  if (lead === null) return { ...found, family: 'inconclusive', choice: null, confidence: 0.5, claim: 0.5 };
  if (isEquivalent)
    return { ...found, family: 'equivalent', choice: leaning, confidence: within, claim: within };
  const side = isTransfer(leaning) ? 'transfer' : 'scratch';
  const confidence = familyConfidence(lead, side, pTransfer);
  // It cannot be likelier than what follows from it; draws are finite.
  const claim = Math.min(confidence, claimOf(outlook, leaning, stakes));
  if (stakes.custom) return { ...found, family: 'scratch', choice: leaning, confidence, claim };
  const isSure = isAhead(lead, side, pTransfer, stakes.maxRegret);
  const [family, choice] = isSure ? ([side, leaning] as const) : (['inconclusive', null] as const);
  return { ...found, family, choice, confidence, claim };
}

/** The one of the candidates that costs least among those that lose hardly more than the best of them. */
function cheapest(
  candidates: readonly StrategyName[],
  regret: ReadonlyMap<StrategyName, number>,
  { byPrice }: Stakes,
): StrategyName {
  const least = Math.min(...candidates.map((name) => regret.get(name)!));
  return byPrice.find((name) => candidates.includes(name) && regret.get(name)! <= least + TIE)!;
}

/** Whether a side is probably ahead, and little is risked by taking it, whichever of its strategies will be taken. */
function isAhead(lead: Float64Array, side: Family, pTransfer: number, maxRegret: number): boolean {
  const probability = side === 'transfer' ? pTransfer : 1 - pTransfer;
  const risk = mean(leadOf(lead, side).map((value) => Math.max(0, -value)));
  return risk <= maxRegret && probability >= CONFIDENT;
}

function leadOf(gap: Float64Array, family: Family): Float64Array {
  return family === 'transfer' ? gap : gap.map((value) => -value);
}

/** The best transfer strategy of each draw minus scratch; null when one side is missing. */
export function bestTransferLead(outlook: Outlook): Float64Array | null {
  const scratch = outlook.get('scratch');
  const transfer = transferDraws(outlook);
  if (scratch === undefined || transfer.length === 0) return null;
  return bestOf(transfer).map((value, draw) => value - scratch[draw]);
}

/** The transfer strategy that is expected to end highest minus scratch: what choosing between the two is worth. */
export function familyGap(outlook: Outlook): Float64Array | null {
  const contender = contenderOf(outlook);
  if (contender === null) return null;
  const scratch = outlook.get('scratch')!;
  return outlook.get(contender)!.map((value, draw) => value - scratch[draw]);
}

/** The transfer strategy that is expected to end highest; null when one side is missing. */
function contenderOf(outlook: Outlook): StrategyName | null {
  const transfer = [...outlook].filter(([name]) => isTransfer(name));
  if (!outlook.has('scratch') || transfer.length === 0) return null;
  return transfer.reduce((most, one) => (mean(one[1]) > mean(most[1]) ? one : most))[0];
}

function transferDraws(outlook: Outlook): Float64Array[] {
  return [...outlook].filter(([name]) => isTransfer(name)).map(([, draws]) => draws);
}

function capped(probability: number, open: boolean): number {
  const most = open ? SUREST_WHILE_OPEN : SUREST;
  return Math.min(most, Math.max(1 - most, probability));
}

/** P(the family is the better one, or within a point): that it is ahead, and of the rest what lies within a point. */
function familyConfidence(gap: Float64Array, family: Family, pTransfer: number): number {
  return withNearlyBehind(leadOf(gap, family), family === 'transfer' ? pTransfer : 1 - pTransfer);
}

/** The same of one strategy against all of the other family. */
function claimOf(outlook: Outlook, leaning: StrategyName, { open }: Stakes): number {
  const others = [...outlook].filter(([name]) => isTransfer(name) !== isTransfer(leaning));
  const best = bestOf(others.map(([, draws]) => draws));
  const lead = outlook.get(leaning)!.map((value, draw) => value - best[draw]);
  return withNearlyBehind(lead, capped(shareAbove(lead), open));
}

/** The probability of being ahead, and of the rest the share that lies within a point. */
function withNearlyBehind(lead: Float64Array, ahead: number): number {
  const behind = share(lead, (value) => value < 0);
  const nearlyBehind = share(lead, (value) => value < 0 && value >= -POINT);
  return behind === 0 ? ahead : ahead + ((1 - ahead) * nearlyBehind) / behind;
}

function bestOf(draws: Float64Array[]): Float64Array {
  return draws[0].map((_, draw) => draws.reduce((most, own) => Math.max(most, own[draw]), 0));
}

function shortfall(best: Float64Array, own: Float64Array): number {
  return mean(best.map((value, draw) => value - own[draw]));
}

function shareWithin(best: Float64Array, own: Float64Array): number {
  return share(best, (value, draw) => value - own[draw] <= POINT);
}

function shareBest(
  names: readonly StrategyName[],
  outlook: Outlook,
  best: Float64Array,
): Map<StrategyName, number> {
  const wins = new Map<StrategyName, number>(names.map((name) => [name, 0]));
  best.forEach((value, draw) => {
    const tied = names.filter((name) => outlook.get(name)![draw] === value);
    for (const name of tied) wins.set(name, wins.get(name)! + 1 / (tied.length * best.length));
  });
  return wins;
}

function shareAbove(gap: Float64Array): number {
  return mean(gap.map((value) => (value > 0 ? 1 : value === 0 ? 0.5 : 0)));
}

function share(draws: Float64Array, holds: (value: number, draw: number) => boolean): number {
  let count = 0;
  draws.forEach((value, draw) => (count += holds(value, draw) ? 1 : 0));
  return count / draws.length;
}
