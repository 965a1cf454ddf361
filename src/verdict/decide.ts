import type { Family, Interval, StrategyName, Verdict } from './model.js';
import { isTransfer, STRATEGIES } from './arm.js';
import { calibrated } from './calibration.js';
import { intervalOf } from './interval.js';
import { mean } from './scale.js';

/** A difference that nobody would train twice for: one point of accuracy. */
export const POINT = 0.01;
/** Strategies whose expected regret lies within this are told apart by their price. */
const TIE = 0.005;
const EQUIVALENT = 0.8;
const CONFIDENT = 0.65;
export const DEFAULT_MAX_REGRET = 0.015;

/** Draws of the accuracy at the horizon, by strategy. */
export type Outlook = Map<StrategyName, Float64Array>;

export interface Decision {
  family: Verdict['family'];
  choice: StrategyName | null;
  /** What the expected regret favours, whether or not it is sure enough to be the choice. */
  leaning: StrategyName;
  confidence: number;
  choiceConfidence: number;
  pTransfer: number;
  expectedRegret: number;
  gap: Interval | null;
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
}

/** Which strategy loses least against the best of them at the horizon, and how sure that is. */
export function decide(outlook: Outlook, stakes: Stakes): Decision {
  const names = STRATEGIES.filter((name) => outlook.has(name));
  const best = bestOf(names.map((name) => outlook.get(name)!));
  const regret = new Map(names.map((name) => [name, shortfall(best, outlook.get(name)!)]));
  const pBest = shareBest(names, outlook, best);
  const gapDraws = familyGap(outlook);
  const gap = gapDraws === null ? null : intervalOf(gapDraws);
  const pTransfer = gapDraws === null ? 0.5 : calibrated(shareAbove(gapDraws));
  const least = Math.min(...regret.values());
  const cheapest = stakes.byPrice.find((name) => (regret.get(name) ?? Infinity) <= least + TIE)!;
  const leaning = stakes.custom && outlook.has('scratch') ? 'scratch' : cheapest;
  const expectedRegret = regret.get(leaning)!;
  const choiceConfidence = shareWithin(best, outlook.get(leaning)!);
  const found = { leaning, pTransfer, gap, regret, pBest, expectedRegret, choiceConfidence };
  if (gapDraws === null) return { ...found, family: 'inconclusive', choice: null, confidence: 0.5 };
  const call = callFamilies(gapDraws, isTransfer(leaning) ? 'transfer' : 'scratch', pTransfer, stakes);
  return { ...found, ...call, choice: call.family === 'inconclusive' ? null : leaning };
}

/**
 * Which side it is. Two equal sides are safe to choose between, and yet neither is shown to be the better one: a side is
 * named when it is probably ahead, whichever of its strategies will be taken.
 */
function callFamilies(
  gap: Float64Array,
  leaning: Family,
  pTransfer: number,
  { custom, maxRegret }: Stakes,
): Pick<Decision, 'family' | 'confidence'> {
  const confidence = familyConfidence(gap, leaning, pTransfer);
  if (custom) return { family: 'scratch', confidence };
  const within = share(gap, (value) => Math.abs(value) <= POINT);
  if (within >= EQUIVALENT) return { family: 'equivalent', confidence: within };
  const lead = leadOf(gap, leaning);
  const ahead = leaning === 'transfer' ? pTransfer : 1 - pTransfer;
  const regret = mean(lead.map((value) => Math.max(0, -value)));
  const sure = regret <= maxRegret && ahead >= CONFIDENT;
  return { family: sure ? leaning : 'inconclusive', confidence };
}

function leadOf(gap: Float64Array, family: Family): Float64Array {
  return family === 'transfer' ? gap : gap.map((value) => -value);
}

/**
 * The transfer strategy that is expected to be the best, minus scratch, draw by draw; null when one side is missing. Not
 * the best of each draw: the highest of several uncertain values lies above each of them.
 */
export function familyGap(outlook: Outlook): Float64Array | null {
  const scratch = outlook.get('scratch');
  const transfer = [...outlook].filter(([name]) => isTransfer(name)).map(([, draws]) => draws);
  if (scratch === undefined || transfer.length === 0) return null;
  const best = transfer.reduce((most, draws) => (mean(draws) > mean(most) ? draws : most));
  return best.map((value, draw) => value - scratch[draw]);
}

/** P(the family is the better one, or within a point): the calibrated side, and of the rest what lies within a point. */
function familyConfidence(gap: Float64Array, family: Family, pTransfer: number): number {
  const lead = leadOf(gap, family);
  const side = family === 'transfer' ? pTransfer : 1 - pTransfer;
  const behind = share(lead, (value) => value < 0);
  const nearlyBehind = share(lead, (value) => value < 0 && value >= -POINT);
  return behind === 0 ? side : side + ((1 - side) * nearlyBehind) / behind;
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
