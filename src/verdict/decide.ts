import type { Family, Interval, StrategyName, Verdict } from './types.js';
import { isTransfer, STRATEGIES } from './arm.js';
import { intervalOf, mean } from './statistics.js';

/** Differences up to one point of accuracy do not matter. */
export const POINT = 0.01;
/** Among strategies whose expected regret is this close, the cheapest wins. */
export const TIE = 0.005;
/** From this probability of lying within a point, the families are equivalent. */
const MIN_EQUIVALENT = 0.8;
/** From this probability of being ahead, a family is chosen. */
const MIN_CONFIDENT = 0.65;
/** No probability exceeds this while a family has not started to learn. */
const MAX_WHILE_OPEN = 0.95;
/** Nor this, ever: the number of draws is finite. */
const MAX_PROBABILITY = 1 - 1e-4;
export const DEFAULT_MAX_REGRET = 0.015;

/** Draws of the accuracy at the horizon, by strategy. */
export type Outlook = Map<StrategyName, Float64Array>;

export interface Decision {
  family: Verdict['family'];
  choice: StrategyName | null;
  /** The strategy with the lowest regret, whether or not it is sure enough to be the choice. */
  leaning: StrategyName;
  confidence: number;
  /** P(the leaning strategy is ahead of all strategies of the other family, or at most a point behind). */
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
  /** The plan asks for a custom architecture: only scratch is possible. */
  custom: boolean;
  /** A family has not started to learn and was not measured at the horizon. */
  open: boolean;
}

/**
 * Finds the strategy with the lowest expected regret at the horizon, and how sure that is. Only strategies of the more
 * likely family are candidates, unless the families are equivalent: no verdict recommends a side with less than half of
 * the probability.
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
  const isEquivalent = within >= MIN_EQUIVALENT && !stakes.custom;
  const likelyFamily = names.filter((name) => isTransfer(name) === pTransfer >= 0.5);
  const candidates = lead === null || isEquivalent ? names : likelyFamily;
  const leaning = stakes.custom && outlook.has('scratch') ? 'scratch' : cheapest(candidates, regret, stakes);
  const common = {
    leaning,
    pTransfer,
    gap,
    contender: contenderOf(outlook),
    regret,
    pBest,
    expectedRegret: regret.get(leaning)!,
    choiceConfidence: shareWithin(best, outlook.get(leaning)!),
  };
  if (lead === null) return { ...common, family: 'inconclusive', choice: null, confidence: 0.5, claim: 0.5 };
  if (isEquivalent)
    return { ...common, family: 'equivalent', choice: leaning, confidence: within, claim: within };
  const side = isTransfer(leaning) ? 'transfer' : 'scratch';
  const confidence = familyConfidence(lead, side, pTransfer);
  // The claim implies the family, so it cannot be more likely; with finite draws the estimates may disagree.
  const claim = Math.min(confidence, claimOf(outlook, leaning, stakes));
  if (stakes.custom) return { ...common, family: 'scratch', choice: leaning, confidence, claim };
  const isSure = isAhead(lead, side, pTransfer, stakes.maxRegret);
  const [family, choice] = isSure ? ([side, leaning] as const) : (['inconclusive', null] as const);
  return { ...common, family, choice, confidence, claim };
}

/** The cheapest candidate among those whose regret is close to the lowest. */
function cheapest(
  candidates: readonly StrategyName[],
  regret: ReadonlyMap<StrategyName, number>,
  { byPrice }: Stakes,
): StrategyName {
  const least = Math.min(...candidates.map((name) => regret.get(name)!));
  return byPrice.find((name) => candidates.includes(name) && regret.get(name)! <= least + TIE)!;
}

/** Whether a side is probably ahead, with little risk in choosing it. */
function isAhead(lead: Float64Array, side: Family, pTransfer: number, maxRegret: number): boolean {
  const probability = side === 'transfer' ? pTransfer : 1 - pTransfer;
  const risk = mean(leadOf(lead, side).map((value) => Math.max(0, -value)));
  return risk <= maxRegret && probability >= MIN_CONFIDENT;
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

/** The transfer strategy that is expected to end highest, minus scratch. */
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
  const most = open ? MAX_WHILE_OPEN : MAX_PROBABILITY;
  return Math.min(most, Math.max(1 - most, probability));
}

/** P(the family is better, or within a point). */
function familyConfidence(gap: Float64Array, family: Family, pTransfer: number): number {
  return withNearlyBehind(leadOf(gap, family), family === 'transfer' ? pTransfer : 1 - pTransfer);
}

/** The same for one strategy against all of the other family. */
function claimOf(outlook: Outlook, leaning: StrategyName, { open }: Stakes): number {
  const others = [...outlook].filter(([name]) => isTransfer(name) !== isTransfer(leaning));
  const best = bestOf(others.map(([, draws]) => draws));
  const lead = outlook.get(leaning)!.map((value, draw) => value - best[draw]);
  return withNearlyBehind(lead, capped(shareAbove(lead), open));
}

/** The probability of being ahead, plus the share of the rest that is at most a point behind. */
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

/**
 * Names the rule that turns measurements into a verdict. Stored verdicts of another rule are not compared: raise the
 * number in every release in which the same measurements may lead to another verdict.
 */
export const DECISION_RULE = 'headstart-rule/2';
