import { epochsFor, RATES, type Arm } from '../strategy/recipe.js';
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
  /** Seconds of all workers together that training may take. */
  workerSeconds: number;
  /** Replicates that there are orders for. */
  replicates: number;
  flip: boolean;
}

/** A trial that is wanted, with what it should take. */
export interface PlannedTrial {
  spec: TrialSpec;
  /** Worker seconds. */
  seconds: number;
}

/** In this order at every size: the two that decide the family first. */
const ARMS: readonly Arm[] = [
  'scratch/small net',
  'fine-tune/lp-ft',
  'hybrid/gradual unfreezing',
  'scratch/backbone net',
  'hybrid/fresh module',
];

/** The dearer variants are measured up to this share of the largest size that the others reach. */
const SIDE_ARMS: readonly Arm[] = ['scratch/backbone net', 'hybrid/fresh module'];

/** Shortest effort at which a training still says something. */
const LEAST_EFFORT = 0.2;

/**
 * A ladder of nested sizes for all arms alike, as high as the budget reaches: at least three sizes where they exist,
 * rates tried at the lowest and carried upward, then replicates from the top until the budget is used.
 * Small sizes come first, so that a verdict can be asked for at any time.
 */
export function planTrials(input: PlanInput): PlannedTrial[] {
  const arms = ARMS.filter((arm) => input.strategies.includes(arm.split('/')[0] as StrategyName));
  if (arms.length === 0 || input.sizes.length === 0) return [];
  const ladder = highestLadder(input, arms);
  const spent = total(ladder);
  const replicates = extraReplicates(input, arms, ladder, input.workerSeconds - spent);
  return [...ladder, ...replicates];
}

function highestLadder(input: PlanInput, arms: readonly Arm[]): PlannedTrial[] {
  for (const effort of [1, 0.7, 0.5, 0.35, LEAST_EFFORT]) {
    for (let top = input.sizes.length - 1; top >= Math.min(1, input.sizes.length - 1); top--) {
      const ladder = ladderUpTo(input, arms, top, effort);
      if (total(ladder) <= input.workerSeconds) return ladder;
    }
  }
  return ladderUpTo(input, arms, 0, LEAST_EFFORT);
}

function ladderUpTo(input: PlanInput, arms: readonly Arm[], top: number, effort: number): PlannedTrial[] {
  const rungs = input.sizes.slice(Math.max(0, top - 2), top + 1);
  return rungs.flatMap((examples, rung) =>
    arms
      .filter((arm) => !SIDE_ARMS.includes(arm) || rung < Math.max(1, rungs.length - 1))
      .map((arm) =>
        planned(input, arm, examples, 0, effort, rung === 0 ? RATES[arm] : RATES[arm].slice(0, 1)),
      ),
  );
}

/** More seeds for the arms that reach the top, largest size first. */
function extraReplicates(
  input: PlanInput,
  arms: readonly Arm[],
  ladder: readonly PlannedTrial[],
  seconds: number,
): PlannedTrial[] {
  const sizes = [...new Set(ladder.map(({ spec }) => spec.trainExamples))].reverse();
  const effort = effortOf(ladder);
  const extra: PlannedTrial[] = [];
  let left = seconds;
  for (let seed = 1; seed < input.replicates; seed++) {
    for (const examples of sizes) {
      const round = arms
        .filter((arm) => !SIDE_ARMS.includes(arm))
        .map((arm) => planned(input, arm, examples, seed, effort, RATES[arm].slice(0, 1)));
      if (total(round) > left) continue;
      extra.push(...round);
      left -= total(round);
    }
  }
  return extra;
}

function effortOf(ladder: readonly PlannedTrial[]): number {
  const { spec } = ladder[0]!;
  return spec.epochs / epochsFor(armOf(spec), spec.trainExamples);
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
  return { spec, seconds: predictedSeconds(spec, input) };
}

/** Ten looks at the inner split a training, and the test set and the training sample once, at the price of a forward pass. */
export function predictedSeconds(
  spec: TrialSpec,
  { throughput, testExamples }: Pick<PlanInput, 'throughput' | 'testExamples'>,
): number {
  const perImage = throughput.trainSeconds[armOf(spec)]!;
  const trained = spec.trainExamples * 0.85 * spec.epochs * spec.rates.length;
  const looks = spec.trainExamples * 0.15 * 11 * spec.rates.length + testExamples + 300;
  return trained * perImage + looks * throughput.embedSeconds + 0.1;
}

export function armOf(spec: Pick<TrialSpec, 'strategy' | 'variant'>): Arm {
  return `${spec.strategy}/${spec.variant}` as Arm;
}

function total(trials: readonly PlannedTrial[]): number {
  return trials.reduce((sum, { seconds }) => sum + seconds, 0);
}
