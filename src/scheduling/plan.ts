import { roundedSize, roundSizes } from '../dataset/split/subset.js';
import {
  epochsFor,
  LEARNING_RATE_FROM,
  learningRatesFor,
  startsFromScratch,
  type Arm,
  type TrainingTraits,
} from '../strategy/recipe.js';
import type { TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/types.js';
import type { Throughput } from './calibrate.js';
import type { Standing } from './standing.js';
import { armOf, FROZEN, frozenTrial, isHalf, keyOf, predictedSeconds } from './trial-spec.js';

/** What a plan depends on. */
export interface PlanInput {
  strategies: readonly StrategyName[];
  /** Training images of the probe, and those of the full run. */
  trainExamples: number;
  horizon: number;
  /** The smallest subset worth training on. */
  minExamples: number;
  /** Test images. Every trial predicts each of them once. */
  testExamples: number;
  throughput: Throughput;
  workers: number;
  /** Seconds that each worker has from now on. */
  wallSeconds: number;
  /** Trials that ended so far, including failed ones and those of earlier runs. */
  ended: readonly EndedTrial[];
  /** What the verdict so far leaves open; null: there is no verdict, so everything is. */
  standing: Standing | null;
  /** Number of nested orders, one per seed. */
  replicates: number;
  flip: boolean;
  temper: TrainingTraits;
}

/** A trial that ended. The plan needs at least its spec. */
export interface EndedTrial {
  spec: TrialSpec;
  /** The learning rate that was used in the end. */
  rate?: number | null;
  holdAccuracy?: number | null;
}

/** A trial to run, with the time it should take. */
export interface PlannedTrial {
  spec: TrialSpec;
  /** Seconds of one worker. */
  seconds: number;
}

/** The first pair makes a verdict possible, the second decides, and further trials answer what its verdict leaves open. */
export type Stage = 'first' | 'pair' | 'further';

export interface StagedTrial extends PlannedTrial {
  stage: Stage;
}

/** Share of the time that the first pair may take. */
const FIRST_SHARE = 0.1;
/** Fractions of the full number of epochs for the first pair. It gets fewer only when it does not fit otherwise. */
const EFFORTS = [1, 0.7, 0.5] as const;
/** A trial with this fraction of its epochs counts as complete. */
const COMPLETE_FRACTION = 0.8;
/** A new pair must have at least this many times the images of the largest one so far. */
const MIN_GROWTH = 1.5;
/** The anchor has a quarter of the pair's images. An earlier pair serves if it has at least an eighth. */
const ANCHOR_DIVISOR = 4;
const MAX_ANCHOR_DIVISOR = 8;
/** Scratch goes further than the pair once the pair has this fraction of the images. */
const MIN_STEPPED_FRACTION = 1 / 8;
/** Growth of scratch from one size to the next: at least, and about. */
const MIN_STEP = 1.4;
const STEP = 2;
/** Growth allowed for the step to the largest size. */
const LAST_STEP = 2.6;

/**
 * What to train next, in order; empty when nothing more fits. First one cheap pair, scratch and fine-tuning, so that
 * there is a verdict. Then the same pair on all images, if that is the full run and both fit; otherwise on as many as
 * fit, with an anchor on a quarter of them. Then, stage by stage, whatever the verdict leaves open. Workers that would
 * be idle take trials of later stages.
 *
 * Pure. To continue, run these trials, add them to `ended`, subtract the time from `wallSeconds`, get `standing` from
 * the analysis of everything measured (`standingOf`), and call it again.
 */
export function planTrials(input: PlanInput): StagedTrial[] {
  const plan = planAfter(input, []);
  const stage = nextStage(plan);
  return stage.at(0)?.stage === 'first' ? stage : [...stage, ...fillersBeside(stage, plan)];
}

/** The whole list at once, for machines that cannot ask for a verdict in between. Everything counts as open. */
export function planWhole(input: Omit<PlanInput, 'standing'>): StagedTrial[] {
  let planned: StagedTrial[] = [];
  for (;;) {
    const stage = nextStage(planAfter({ ...input, standing: null }, planned));
    if (stage.length === 0) return planned;
    planned = [...planned, ...stage];
  }
}

/** The plan so far. */
interface Plan extends PlanInput {
  /** Trials planned before; they count as ended. */
  before: readonly PlannedTrial[];
  /** Sizes for a pair, ascending, up to the full run or all images. */
  sizes: readonly number[];
  /** One arm for each family that was asked for. */
  pairArms: readonly Arm[];
  /** Sizes at which all these arms ended, ascending: with most of their epochs, and with any number. */
  pairSizes: { full: readonly number[]; any: readonly number[] };
}

function planAfter(input: PlanInput, before: readonly PlannedTrial[]): Plan {
  const { strategies, trainExamples, horizon, minExamples } = input;
  const transfer = strategies.includes('fine-tune') ? 'fine-tune/lp-ft' : 'hybrid/gradual unfreezing';
  const pairArms = ([transfer, 'scratch/small net'] as const).filter((arm) => isWanted(arm, strategies));
  const sizes = roundSizes(minExamples, Math.min(trainExamples, horizon));
  const ended = [...input.ended, ...before];
  const pairSizes = {
    full: pairsEnded(ended, pairArms, COMPLETE_FRACTION),
    any: pairsEnded(ended, pairArms, 0),
  };
  return { ...input, before, ended, sizes, pairArms, pairSizes };
}

function nextStage(plan: Plan): StagedTrial[] {
  if (plan.pairArms.length === 0) return [];
  if (plan.pairSizes.any.length === 0) return firstPair(plan);
  const pair = largePair(plan);
  return pair.length > 0 ? pair : (furtherRounds(plan).find((round) => fits(round, plan)) ?? []);
}

/** The largest pair within its share of the time; the smallest one, with fewer epochs if needed, where none is. */
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

/** On all images if that settles the question, else on as many as fit; none if that is hardly more than before. */
function largePair(plan: Plan): StagedTrial[] {
  const { sizes, trainExamples, horizon, standing } = plan;
  const top = sizes.at(-1)!;
  const known = plan.pairSizes.full.at(-1) ?? 0;
  if (known === top) return [];
  const complete = pair(plan, top, 'pair');
  if (horizon <= trainExamples && fits(complete, plan)) return complete;
  const pairs = sizes.filter((size) => size >= MIN_GROWTH * known).reverse();
  const stepped = pairs
    .filter((size) => size >= MIN_STEPPED_FRACTION * top)
    .map((size) => steppedPair(plan, size))
    .find((trials) => fits(trials, plan));
  if (stepped !== undefined && (standing === null || standing.open)) return stepped;
  return pairs.map((size) => anchoredPair(plan, size)).find((trials) => fits(trials, plan)) ?? [];
}

/** The pair and its anchor. */
function anchoredPair(plan: Plan, size: number): StagedTrial[] {
  return [...anchorOf(plan, size), ...pair(plan, size, 'pair')];
}

/** With scratch a step further, which tells more than a larger pair. The longest trial starts first. */
function steppedPair(plan: Plan, size: number): StagedTrial[] {
  const step = Math.min(STEP * size, plan.sizes.at(-1)!);
  const further = step < MIN_STEP * size ? [] : wanted(plan, 'scratch/small net', step, 'pair');
  return [...anchorOf(plan, size), ...further, ...pair(plan, size, 'pair')];
}

/** A pair at a quarter of the size gives the curve a slope; an earlier one may serve. */
function anchorOf(plan: Plan, size: number): StagedTrial[] {
  const serves = plan.pairSizes.full.some((known) => known >= size / MAX_ANCHOR_DIVISOR && known < size);
  const anchor = Math.max(plan.sizes[0], roundedSize(size / ANCHOR_DIVISOR));
  return serves || anchor >= size ? [] : pair(plan, anchor, 'pair');
}

/**
 * What may follow a pair, in order: scratch a step further while the family is open; the second learning rate for both
 * arms; hybrid where it may be the pick; whether the largest training from scratch converged; the pair at the size that
 * scratch reached; further seeds; and last, the arms that hardly ever decide.
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
    (arm) => temper.trainableFromScratch || !startsFromScratch(arm),
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

/** As far as time allows, up to about twice the images. */
function scratchStep(plan: Plan): StagedTrial[] {
  const reached = largestOf(plan, 'scratch/small net');
  const top = plan.sizes.at(-1)!;
  if (reached === null || reached >= top) return [];
  const isStep = (size: number) =>
    (size >= MIN_STEP * reached && size <= STEP * reached) || (size === top && top <= LAST_STEP * reached);
  const steps = plan.sizes.filter(isStep).map((size) => wanted(plan, 'scratch/small net', size, 'further'));
  return steps.findLast((step) => fits(step, plan)) ?? [];
}

/** The pair's size at the second learning rate of the recipe. Validation images decide which of the two counts. */
function secondRate(plan: Plan, arm: Arm, size: number): StagedTrial[] {
  const tried = plan.ended
    .filter(({ spec }) => isTrialOf(spec, arm, size, 0))
    .flatMap(({ spec }) => spec.rates);
  const rate = learningRatesFor(arm, plan.temper)
    .slice(0, 2)
    .find((one) => !tried.includes(one));
  return rate === undefined ? [] : wanted(plan, arm, size, 'further', { rate });
}

/** The largest training from scratch with half the epochs, on its own schedule. If it converged, nothing is lost. */
function halfSchedule(plan: Plan): StagedTrial[] {
  const arm: Arm = 'scratch/small net';
  const size = largestOf(plan, arm);
  if (size === null || plan.ended.some(({ spec }) => isHalf(spec) && spec.trainExamples === size)) return [];
  const { spec } = bestOf(plan.ended.filter((one) => isTrialOf(one.spec, arm, size, 0)));
  const twin = { ...spec, epochs: Math.round(spec.epochs / 2), halfSchedule: true as const };
  return spec.epochs < 2 ? [] : [planned(plan, twin, 'further')];
}

/** Trials of later rounds that end before this stage does. */
function fillersBeside(stage: readonly StagedTrial[], plan: Plan): StagedTrial[] {
  const end = makespan(stage, plan);
  let filled = [...stage];
  for (const round of stage.length === 0 ? [] : furtherRounds(planAfter(plan, stage))) {
    const isNew = round.every((trial) => !filled.some(({ spec }) => keyOf(spec) === keyOf(trial.spec)));
    if (isNew && makespan([...filled, ...round], plan) <= end) filled = [...filled, ...round];
  }
  return filled.slice(stage.length);
}

/** The trials of a pair that have not ended, with frozen features at the same size, so that all have one in common. */
function pair(plan: Plan, size: number, stage: Stage, effort = 1): StagedTrial[] {
  const isCommon = plan.strategies.includes('frozen') && !hasEnded(plan, FROZEN, size, 0, 0);
  const frozen = isCommon ? [{ spec: frozenTrial(size, 0), seconds: 0, stage }] : [];
  const trained = plan.pairArms.flatMap((arm) => wanted(plan, arm, size, stage, { effort }));
  return trained.length === 0 ? [] : [...frozen, ...trained];
}

/** The trial, at the given learning rate if any; none if its strategy was not asked for or it has ended. */
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
  if (rate === undefined && hasEnded(plan, arm, trainExamples, seed, COMPLETE_FRACTION * epochs)) return [];
  const rates = [rate ?? rateFor(plan, arm)];
  return [planned(plan, { strategy, variant, trainExamples, seed, epochs, rates, flip: plan.flip }, stage)];
}

function planned(plan: Plan, spec: TrialSpec, stage: Stage): StagedTrial {
  return { spec, seconds: predictedSeconds(spec, plan), stage };
}

/** The learning rate that did best on validation images, at the largest size where two were tried. */
function rateFor(plan: Plan, arm: Arm): number {
  const kin = plan.pairArms.includes(LEARNING_RATE_FROM[arm]) ? LEARNING_RATE_FROM[arm] : arm;
  const own = plan.ended.filter(
    ({ spec, rate }) => armOf(spec) === kin && !isHalf(spec) && spec.seed === 0 && typeof rate === 'number',
  );
  const at = (size: number) => own.filter(({ spec }) => spec.trainExamples === size);
  const sizes = [...new Set(own.map(({ spec }) => spec.trainExamples))].sort((a, b) => b - a);
  const size = sizes.find((each) => at(each).length > 1) ?? sizes.at(0);
  return size === undefined ? learningRatesFor(arm, plan.temper)[0] : bestOf(at(size)).rate!;
}

/** The best of trials that differ in their learning rate only; the first of equals. */
function bestOf(trials: readonly EndedTrial[]): EndedTrial {
  return trials.reduce((best, one) => ((one.holdAccuracy ?? 0) > (best.holdAccuracy ?? 0) ? one : best));
}

/** Sizes at which all arms ended with at least this fraction of their epochs, ascending. */
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

function isWanted(arm: Arm, strategies: readonly StrategyName[]): boolean {
  return strategies.includes(arm.split('/')[0] as StrategyName);
}

function fits(trials: readonly PlannedTrial[], plan: Plan): boolean {
  return makespan(trials, plan) <= plan.wallSeconds;
}

/** Seconds until the last trial ends, if each is started by the first free worker. */
function makespan(trials: readonly PlannedTrial[], { before, workers }: Plan): number {
  const busy = Array.from({ length: workers }, () => 0);
  for (const { seconds } of [...before, ...trials]) busy[busy.indexOf(Math.min(...busy))] += seconds;
  return Math.max(...busy);
}
