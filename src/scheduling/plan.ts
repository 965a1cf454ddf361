import { roundedSize, roundSizes } from '../dataset/split/subset.js';
import { epochsFor, isAnew, RATE_FROM, ratesFor, type Arm, type Temper } from '../strategy/recipe.js';
import { VARIANTS, type TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/types.js';
import type { Throughput } from './calibrate.js';
import type { Standing } from './standing.js';

/** The facts that a plan rests on. */
export interface PlanInput {
  strategies: readonly StrategyName[];
  /** Training images of the probe, and those that the decision is for. */
  trainExamples: number;
  horizon: number;
  /** The smallest subset worth training on. */
  fewest: number;
  /** Images of the test set, each predicted once a trial. */
  testExamples: number;
  throughput: Throughput;
  workers: number;
  /** Seconds that each worker has from now on. */
  wallSeconds: number;
  /** What has ended so far, failures included; what an earlier run did counts. */
  ended: readonly EndedTrial[];
  /** What the verdict so far leaves open; null: it cannot be asked, so everything is. */
  standing: Standing | null;
  /** Replicates that there are orders for. */
  replicates: number;
  flip: boolean;
  temper: Temper;
}

/** A trial that has ended, with what it found; a plan needs no more than the spec. */
export interface EndedTrial {
  spec: TrialSpec;
  /** The rate that was used in the end. */
  rate?: number | null;
  holdAccuracy?: number | null;
}

/** A trial that is wanted, with what it should take. */
export interface PlannedTrial {
  spec: TrialSpec;
  /** Seconds of one worker. */
  seconds: number;
}

/** The first pair, which makes a verdict possible; the pair that decides; what its verdict leaves open. */
export type Stage = 'first' | 'pair' | 'further';

export interface StagedTrial extends PlannedTrial {
  stage: Stage;
}

/** Share of the time that the first pair may take. */
const FIRST_SHARE = 0.1;
/** Passes that the first pair gets, as a share of the full ones: fewer only when it does not fit otherwise. */
const EFFORTS = [1, 0.7, 0.5] as const;
/** A trial with this share of its full passes counts as one with all of them. */
const MUCH = 0.8;
/** A pair is worth training when it has so many times the images of the largest one so far. */
const WORTHWHILE = 1.5;
/** The anchor has a quarter of the pair's images; an earlier pair serves when it is not much smaller. */
const ANCHOR = 4;
const ANCHOR_SERVES = 8;
/** From a pair with this share of the images on, scratch goes further than the pair. */
const FAR_ENOUGH = 1 / 8;
/** How much further scratch goes at once: at least, and about. */
const LEAST_STEP = 1.4;
const STEP = 2;
/** The last step may be longer, when it is the last. */
const LAST_STEP = 2.6;

/**
 * What to train next, in order; empty when nothing more fits. First one cheap pair of scratch and fine-tuning, so that
 * there is a verdict. Then the same pair on all images, when that is what the decision is for and there is time for
 * both; else on as many as there is time for, with an anchor on a quarter of them. Then, stage by stage, what the
 * verdict leaves open. Workers that a stage would leave idle do what would come later.
 *
 * Pure. To go on: measure what it gives, add that to `ended`, take the time that it took from `wallSeconds`, get
 * `standing` from the analysis of all that was measured (`standingOf`), and call it again.
 */
export function planTrials(input: PlanInput): StagedTrial[] {
  const plan = planAfter(input, []);
  const stage = nextStage(plan);
  return stage.at(0)?.stage === 'first' ? stage : [...stage, ...fillersBeside(stage, plan)];
}

/** The whole list at once, for machines that cannot ask for a verdict in between: as if everything stayed open. */
export function planWhole(input: Omit<PlanInput, 'standing'>): StagedTrial[] {
  let planned: StagedTrial[] = [];
  for (;;) {
    const stage = nextStage(planAfter({ ...input, standing: null }, planned));
    if (stage.length === 0) return planned;
    planned = [...planned, ...stage];
  }
}

/** A plan in the making. */
interface Plan extends PlanInput {
  /** What is planned to run before; it counts as ended. */
  before: readonly PlannedTrial[];
  /** Sizes that a pair may have, ascending; the last is the largest that tells anything about the decision. */
  sizes: readonly number[];
  /** One way to train for each family that is asked for. */
  pairArms: readonly Arm[];
  /** Sizes at which all of these have ended, ascending: with most of their passes, and with however few. */
  pairSizes: { full: readonly number[]; any: readonly number[] };
}

function planAfter(input: PlanInput, before: readonly PlannedTrial[]): Plan {
  const { strategies, trainExamples, horizon, fewest } = input;
  const transfer = strategies.includes('fine-tune') ? 'fine-tune/lp-ft' : 'hybrid/gradual unfreezing';
  const pairArms = ([transfer, 'scratch/small net'] as const).filter((arm) => isWanted(arm, strategies));
  const sizes = roundSizes(fewest, Math.min(trainExamples, horizon));
  const ended = [...input.ended, ...before];
  const pairSizes = { full: pairsEnded(ended, pairArms, MUCH), any: pairsEnded(ended, pairArms, 0) };
  return { ...input, before, ended, sizes, pairArms, pairSizes };
}

function nextStage(plan: Plan): StagedTrial[] {
  if (plan.pairArms.length === 0) return [];
  if (plan.pairSizes.any.length === 0) return firstPair(plan);
  const pair = largePair(plan);
  return pair.length > 0 ? pair : (furtherRounds(plan).find((round) => fits(round, plan)) ?? []);
}

/** The largest that takes no more than its share; where the fewest images already do, these, with shorter passes if need be. */
function firstPair(plan: Plan): StagedTrial[] {
  const { sizes, wallSeconds } = plan;
  const begun = sizes.findLast((size) => plan.pairArms.some((arm) => hasEnded(plan, arm, size, 0, 0)));
  const pairs = EFFORTS.map((effort) => {
    const pairAt = (size: number) => pair(plan, size, 'first', effort);
    const cheap = sizes.findLast((size) => makespan(pairAt(size), plan) <= FIRST_SHARE * wallSeconds);
    return pairAt(begun ?? cheap ?? sizes[0]);
  });
  return pairs.find((trials) => fits(trials, plan)) ?? pairs.at(-1)!;
}

/** On all images when that settles it, else on as many as there is time for; none when that is hardly more than before. */
function largePair(plan: Plan): StagedTrial[] {
  const { sizes, trainExamples, horizon, standing } = plan;
  const top = sizes.at(-1)!;
  const known = plan.pairSizes.full.at(-1) ?? 0;
  if (known === top) return [];
  const complete = pair(plan, top, 'pair');
  if (horizon <= trainExamples && fits(complete, plan)) return complete;
  const pairs = sizes.filter((size) => size >= WORTHWHILE * known).reverse();
  const stepped = pairs
    .filter((size) => size >= FAR_ENOUGH * top)
    .map((size) => steppedPair(plan, size))
    .find((trials) => fits(trials, plan));
  if (stepped !== undefined && (standing === null || standing.open)) return stepped;
  return pairs.map((size) => anchoredPair(plan, size)).find((trials) => fits(trials, plan)) ?? [];
}

/** The pair and its anchor. */
function anchoredPair(plan: Plan, size: number): StagedTrial[] {
  return [...anchorOf(plan, size), ...pair(plan, size, 'pair')];
}

/** With scratch a step further, which tells more than a larger pair; the longest trial before those that fill up its time. */
function steppedPair(plan: Plan, size: number): StagedTrial[] {
  const step = Math.min(STEP * size, plan.sizes.at(-1)!);
  const further = step < LEAST_STEP * size ? [] : wanted(plan, 'scratch/small net', step, 'pair');
  return [...anchorOf(plan, size), ...further, ...pair(plan, size, 'pair')];
}

/** A pair at a quarter of the size, so that there is a slope; an earlier one may do. */
function anchorOf(plan: Plan, size: number): StagedTrial[] {
  const serves = plan.pairSizes.full.some((known) => known >= size / ANCHOR_SERVES && known < size);
  const anchor = Math.max(plan.sizes[0], roundedSize(size / ANCHOR));
  return serves || anchor >= size ? [] : pair(plan, anchor, 'pair');
}

/**
 * What may follow a pair, in the order in which it is wanted: scratch a step further while the family is open; the
 * second rate, for both alike; hybrid where it may be the pick; whether the largest training from scratch has
 * converged; the pair at the size that scratch has reached; further seeds; and at last what hardly ever decides.
 */
function furtherRounds(plan: Plan): StagedTrial[][] {
  const { standing, replicates, temper, pairArms } = plan;
  const sizes = [...plan.pairSizes.any].reverse();
  const [size] = sizes;
  const hybrid = wanted(plan, 'hybrid/gradual unfreezing', size, 'further');
  const seeds = Array.from({ length: replicates - 1 }, (_, index) => index + 1);
  const repeated = seeds.flatMap((seed) =>
    sizes.map((each) => pairArms.flatMap((arm) => wanted(plan, arm, each, 'further', { seed }))),
  );
  const side = (['hybrid/fresh module', 'scratch/backbone net'] as const).filter(
    (arm) => temper.learnsAnew || !isAnew(arm),
  );
  const rounds = [
    ...(standing === null || standing.open ? [scratchStep(plan)] : []),
    pairArms.flatMap((arm) => secondRate(plan, arm, size)),
    ...(standing === null || (standing.transferLeads && standing.close) ? [hybrid] : []),
    halfSchedule(plan),
    pair(plan, largestOf(plan, 'scratch/small net') ?? size, 'further'),
    ...repeated.slice(0, 1),
    hybrid,
    ...repeated.slice(1),
    ...side.map((arm) => wanted(plan, arm, size, 'further')),
  ];
  return rounds.filter((round) => round.length > 0);
}

/** As far as there is time for, up to about twice the images. */
function scratchStep(plan: Plan): StagedTrial[] {
  const reached = largestOf(plan, 'scratch/small net');
  const top = plan.sizes.at(-1)!;
  if (reached === null || reached >= top) return [];
  const isStep = (size: number) =>
    (size >= LEAST_STEP * reached && size <= STEP * reached) || (size === top && top <= LAST_STEP * reached);
  const steps = plan.sizes.filter(isStep).map((size) => wanted(plan, 'scratch/small net', size, 'further'));
  return steps.findLast((step) => fits(step, plan)) ?? [];
}

/** The pair's size once more at the second rate of the recipe; which of the two stands is decided on held-back images. */
function secondRate(plan: Plan, arm: Arm, size: number): StagedTrial[] {
  const tried = plan.ended
    .filter(({ spec }) => isTrialOf(spec, arm, size, 0))
    .flatMap(({ spec }) => spec.rates);
  const rate = ratesFor(arm, plan.temper)
    .slice(0, 2)
    .find((one) => !tried.includes(one));
  return rate === undefined ? [] : wanted(plan, arm, size, 'further', { rate });
}

/** The largest training from scratch with half the passes, on its own schedule: had it converged, it would lose nothing. */
function halfSchedule(plan: Plan): StagedTrial[] {
  const arm: Arm = 'scratch/small net';
  const size = largestOf(plan, arm);
  if (size === null || plan.ended.some(({ spec }) => isHalf(spec) && spec.trainExamples === size)) return [];
  const { spec } = bestOf(plan.ended.filter((one) => isTrialOf(one.spec, arm, size, 0)));
  const twin = { ...spec, epochs: Math.round(spec.epochs / 2), halfSchedule: true as const };
  return spec.epochs < 2 ? [] : [planned(plan, twin, 'further')];
}

/** Later rounds that end before the stage does. */
function fillersBeside(stage: readonly StagedTrial[], plan: Plan): StagedTrial[] {
  const end = makespan(stage, plan);
  let filled = [...stage];
  for (const round of stage.length === 0 ? [] : furtherRounds(planAfter(plan, stage))) {
    const isNew = round.every((trial) => !filled.some(({ spec }) => keyOf(spec) === keyOf(trial.spec)));
    if (isNew && makespan([...filled, ...round], plan) <= end) filled = [...filled, ...round];
  }
  return filled.slice(stage.length);
}

/** The trials of a pair that have not ended yet; frozen features are measured beside it, so that all have a common size. */
function pair(plan: Plan, size: number, stage: Stage, effort = 1): StagedTrial[] {
  const isCommon = plan.strategies.includes('frozen') && !hasEnded(plan, FROZEN, size, 0, 0);
  const frozen = isCommon ? [{ spec: frozenTrial(size, 0), seconds: 0, stage }] : [];
  const trained = plan.pairArms.flatMap((arm) => wanted(plan, arm, size, stage, { effort }));
  return trained.length === 0 ? [] : [...frozen, ...trained];
}

const FROZEN = `frozen/${VARIANTS.frozen[0]}` as const;

export function frozenTrial(trainExamples: number, seed: number): TrialSpec {
  const [variant] = VARIANTS.frozen;
  return { strategy: 'frozen', variant, trainExamples, seed, epochs: 1, rates: [], flip: false };
}

/** The trial, unless its strategy was not asked for or it has ended, at that rate if one is given. */
function wanted(
  plan: Plan,
  arm: Arm,
  trainExamples: number,
  stage: Stage,
  { seed = 0, effort = 1, rate }: { seed?: number; effort?: number; rate?: number } = {},
): StagedTrial[] {
  const [strategy, variant] = arm.split('/') as [StrategyName, string];
  const epochs = epochsFor(arm, trainExamples, effort);
  if (!isWanted(arm, plan.strategies)) return [];
  if (rate === undefined && hasEnded(plan, arm, trainExamples, seed, MUCH * epochs)) return [];
  const rates = [rate ?? rateFor(plan, arm)];
  return [planned(plan, { strategy, variant, trainExamples, seed, epochs, rates, flip: plan.flip }, stage)];
}

function planned(plan: Plan, spec: TrialSpec, stage: Stage): StagedTrial {
  return { spec, seconds: predictedSeconds(spec, plan), stage };
}

/** The rate that did best on held-back images, at the largest size where two were tried, for the arm or its kin. */
function rateFor(plan: Plan, arm: Arm): number {
  const kin = plan.pairArms.includes(RATE_FROM[arm]) ? RATE_FROM[arm] : arm;
  const own = plan.ended.filter(
    ({ spec, rate }) => armOf(spec) === kin && !isHalf(spec) && spec.seed === 0 && typeof rate === 'number',
  );
  const at = (size: number) => own.filter(({ spec }) => spec.trainExamples === size);
  const sizes = [...new Set(own.map(({ spec }) => spec.trainExamples))].sort((a, b) => b - a);
  const size = sizes.find((each) => at(each).length > 1) ?? sizes.at(0);
  return size === undefined ? ratesFor(arm, plan.temper)[0] : bestOf(at(size)).rate!;
}

/** Of trials that differ in nothing but their rate; the first where nothing tells them apart. */
function bestOf(trials: readonly EndedTrial[]): EndedTrial {
  return trials.reduce((best, one) => ((one.holdAccuracy ?? 0) > (best.holdAccuracy ?? 0) ? one : best));
}

/** Sizes at which all of the arms have ended with at least this share of their passes, ascending. */
function pairsEnded(ended: readonly EndedTrial[], arms: readonly Arm[], share: number): number[] {
  const sizes = new Set(ended.map(({ spec }) => spec.trainExamples));
  const hasPair = (size: number) =>
    arms.every((arm) => hasEnded({ ended }, arm, size, 0, share * epochsFor(arm, size)));
  return [...sizes].filter(hasPair).sort((a, b) => a - b);
}

function largestOf({ ended }: Plan, arm: Arm): number | null {
  const sizes = ended.filter(({ spec }) => armOf(spec) === arm && spec.seed === 0 && !isHalf(spec));
  return sizes.length === 0 ? null : Math.max(...sizes.map(({ spec }) => spec.trainExamples));
}

function hasEnded(
  { ended }: Pick<Plan, 'ended'>,
  arm: Arm | typeof FROZEN,
  trainExamples: number,
  seed: number,
  leastEpochs: number,
): boolean {
  return ended.some(({ spec }) => isTrialOf(spec, arm, trainExamples, seed) && spec.epochs >= leastEpochs);
}

function isTrialOf(spec: TrialSpec, arm: Arm | typeof FROZEN, trainExamples: number, seed: number): boolean {
  return armOf(spec) === arm && spec.trainExamples === trainExamples && spec.seed === seed && !isHalf(spec);
}

function isHalf({ halfSchedule }: TrialSpec): boolean {
  return halfSchedule === true;
}

function isWanted(arm: Arm, strategies: readonly StrategyName[]): boolean {
  return strategies.includes(arm.split('/')[0] as StrategyName);
}

function fits(trials: readonly PlannedTrial[], plan: Plan): boolean {
  return makespan(trials, plan) <= plan.wallSeconds;
}

/** Seconds until the last of the trials ends, each started in turn by the worker that is free first. */
function makespan(trials: readonly PlannedTrial[], { before, workers }: Plan): number {
  const busy = Array.from({ length: workers }, () => 0);
  for (const { seconds } of [...before, ...trials]) busy[busy.indexOf(Math.min(...busy))] += seconds;
  return Math.max(...busy);
}

/** Training, and at the price of a forward pass the test set, the training sample and each look at the images held back. */
export function predictedSeconds(
  spec: TrialSpec,
  { throughput, testExamples }: Pick<PlanInput, 'throughput' | 'testExamples'>,
): number {
  if (spec.strategy === 'frozen') return 0;
  const perImage = throughput.trainSeconds[armOf(spec)];
  const trained = spec.trainExamples * 0.85 * spec.epochs * spec.rates.length;
  const looks = spec.variant === 'gradual unfreezing' ? 11 : 1;
  const predicted = spec.trainExamples * 0.15 * looks * spec.rates.length + testExamples + 300;
  return trained * perImage + predicted * throughput.embedSeconds + 0.1;
}

export function armOf(spec: Pick<TrialSpec, 'strategy' | 'variant'>): Arm {
  return `${spec.strategy}/${spec.variant}` as Arm;
}

/** What makes two trials the same but for their passes. */
export function keyOf(spec: TrialSpec): string {
  const { strategy, variant, trainExamples, seed, rates } = spec;
  return [strategy, variant, trainExamples, seed, rates.join('|'), ...(isHalf(spec) ? ['half'] : [])].join(
    ' ',
  );
}
