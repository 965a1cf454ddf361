import { epochsFor, isAnew, RATE_FROM, ratesFor, type Arm, type Temper } from '../strategy/recipe.js';
import type { TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/model.js';
import type { Throughput } from './calibrate.js';

/** The facts that a plan rests on. */
export interface PlanInput {
  /** Sizes that a subset may have, ascending; the last is the whole training set. */
  sizes: number[];
  /** Images of the test set, each predicted once a trial. */
  testExamples: number;
  strategies: readonly StrategyName[];
  throughput: Throughput;
  /** Seconds of all workers together that training may take from now on. */
  workerSeconds: number;
  /** Seconds of wall clock that are left: no trial may take longer. */
  wallSeconds: number;
  /** Whether a trial has ended already, with as many passes or nearly so. */
  isDone: (spec: TrialSpec) => boolean;
  /** Replicates that there are orders for. */
  replicates: number;
  flip: boolean;
  temper: Temper;
}

/** A trial that is wanted, with what it should take. */
export interface PlannedTrial {
  spec: TrialSpec;
  /** Worker seconds; 0 when it is done. */
  seconds: number;
}

/** The ways that every rung of a ladder has. */
const MAIN_ARMS: readonly Arm[] = ['scratch/small net', 'fine-tune/lp-ft', 'hybrid/gradual unfreezing'];
/** One of each family: these climb a rung further when all together cannot. */
const FAMILY_ARMS: readonly Arm[] = ['scratch/small net', 'fine-tune/lp-ft'];
/** Dearer variants: measured at the lowest size, and higher up as the budget allows. */
const SIDE_ARMS: readonly Arm[] = ['scratch/backbone net', 'hybrid/fresh module'];

/**
 * Ladders in the order in which they are wanted. Fewer passes cost a random start more accuracy than a pre-trained
 * one, so the dearer variants, the second rate and the third size go before the passes do, and half of them stay.
 */
const LADDERS = [
  { effort: 1, tune: true, side: true, rungs: 3 },
  { effort: 1, tune: true, side: false, rungs: 3 },
  { effort: 1, tune: false, side: false, rungs: 2 },
  { effort: 0.7, tune: false, side: false, rungs: 2 },
  { effort: 1, tune: false, side: false, rungs: 1 },
  { effort: 0.7, tune: false, side: false, rungs: 1 },
  { effort: 0.5, tune: false, side: false, rungs: 1 },
] as const;

type Ladder = (typeof LADDERS)[number];
/** The top, half and a quarter of it. */
const MOST_RUNGS = 3;

/**
 * A ladder of nested sizes for all main arms alike, as high as the budget reaches, rates tried at the lowest and
 * carried upward; then a rung more for one of each family, the dearer variants and further seeds, from the top, round by
 * round and at last trial by trial, until the budget is used. Small sizes come first, so that a verdict can be asked for at any time.
 */
export function planTrials(input: PlanInput): PlannedTrial[] {
  const wanted = (arms: readonly Arm[]) =>
    arms.filter((arm) => input.strategies.includes(arm.split('/')[0] as StrategyName));
  const main = wanted(MAIN_ARMS);
  const side = wanted(SIDE_ARMS).filter((arm) => input.temper.learnsAnew || !isAnew(arm));
  if (main.length === 0 || input.sizes.length === 0) return [];
  const { trials: ladder, kind } = highestLadder(input, main, side);
  const rungs = [...new Set(ladder.map(({ spec }) => spec.trainExamples))].reverse();
  const above = input.sizes.find((size) => size > rungs[0]);
  const round = (arms: readonly Arm[], examples: number, seed: number) =>
    arms.map((arm) => planned(input, arm, examples, seed, kind.effort, ratesOf(input, main, arm, false)));
  const rounds = [
    ...(kind.side ? [] : [round(side, rungs.at(-1)!, 0)]),
    ...(above === undefined ? [] : [round(wanted(FAMILY_ARMS), above, 0)]),
    ...rungs.slice(1, -1).map((examples) => round(side, examples, 0)),
    ...rungs.map((examples) => round(main, examples, 1)),
    ...rungs.slice(0, 1).map((examples) => round(side, examples, 0)),
    ...rungs.map((examples) => round(main, examples, 2)),
  ].filter((trials) => trials.every(({ spec }) => spec.seed < input.replicates));
  let left = input.workerSeconds - total(ladder);
  const afford = (wish: readonly PlannedTrial[]): boolean => {
    if (!fits(wish, { workerSeconds: left, wallSeconds: input.wallSeconds })) return false;
    left -= total(wish);
    return true;
  };
  const whole = rounds.filter(afford);
  // What no round fits into any more goes to single trials.
  const single = rounds
    .filter((trials) => !whole.includes(trials))
    .flatMap((trials) => trials.filter((trial) => afford([trial])));
  return [...ladder, ...whole.flat(), ...single].filter(({ spec }) => !input.isDone(spec));
}

function fits(
  trials: readonly PlannedTrial[],
  { workerSeconds, wallSeconds }: Pick<PlanInput, 'workerSeconds' | 'wallSeconds'>,
): boolean {
  return total(trials) <= workerSeconds && trials.every(({ seconds }) => seconds <= wallSeconds);
}

/** The first kind of ladder that fits, as high as it fits; else the lowest of the last kind. */
function highestLadder(
  input: PlanInput,
  main: readonly Arm[],
  side: readonly Arm[],
): { trials: PlannedTrial[]; kind: Ladder } {
  const last = input.sizes.length - 1;
  for (const kind of LADDERS) {
    for (let top = last; top >= Math.min(kind.rungs - 1, last); top--) {
      const trials = ladderUpTo(input, main, side, top, kind);
      if (fits(trials, input)) return { trials, kind };
    }
  }
  const kind = LADDERS.at(-1)!;
  return { trials: ladderUpTo(input, main, side, 0, kind), kind };
}

function ladderUpTo(
  input: PlanInput,
  main: readonly Arm[],
  side: readonly Arm[],
  top: number,
  kind: Ladder,
): PlannedTrial[] {
  const rungs = input.sizes.slice(Math.max(0, top - MOST_RUNGS + 1), top + 1);
  return rungs.flatMap((examples, rung) =>
    [...main, ...(rung === 0 && kind.side ? side : [])].map((arm) =>
      planned(input, arm, examples, 0, kind.effort, ratesOf(input, main, arm, rung === 0 && kind.tune)),
    ),
  );
}

/** All rates where the arm tunes for itself, else one, which the tuned one replaces. */
function ratesOf({ temper }: PlanInput, main: readonly Arm[], arm: Arm, tune: boolean): readonly number[] {
  const tunesItself = RATE_FROM[arm] === arm || !main.includes(RATE_FROM[arm]);
  const rates = ratesFor(arm, temper);
  return tune && tunesItself ? rates : rates.slice(0, 1);
}

function planned(
  input: PlanInput,
  arm: Arm,
  trainExamples: number,
  seed: number,
  effort: number,
  rates: readonly number[],
): PlannedTrial {
  const [strategy, variant] = arm.split('/') as [StrategyName, string];
  const spec: TrialSpec = {
    strategy,
    variant,
    trainExamples,
    seed,
    epochs: epochsFor(arm, trainExamples, effort),
    rates: [...rates],
    flip: input.flip,
  };
  return { spec, seconds: input.isDone(spec) ? 0 : predictedSeconds(spec, input) };
}

/** Ten looks at the inner split a training, and the test set and the training sample once, at the price of a forward pass. */
export function predictedSeconds(
  spec: TrialSpec,
  { throughput, testExamples }: Pick<PlanInput, 'throughput' | 'testExamples'>,
): number {
  const perImage = throughput.trainSeconds[armOf(spec)];
  const trained = spec.trainExamples * 0.85 * spec.epochs * spec.rates.length;
  const looks = spec.trainExamples * 0.15 * 11 * spec.rates.length + testExamples + 300;
  return trained * perImage + looks * throughput.embedSeconds + 0.1;
}

export function armOf(spec: Pick<TrialSpec, 'strategy' | 'variant'>): Arm {
  return `${spec.strategy}/${spec.variant}` as Arm;
}

/** What makes two trials the same but for their passes. */
export function keyOf({ strategy, variant, trainExamples, seed }: TrialSpec): string {
  return [strategy, variant, trainExamples, seed].join(' ');
}

function total(trials: readonly PlannedTrial[]): number {
  return trials.reduce((sum, { seconds }) => sum + seconds, 0);
}
