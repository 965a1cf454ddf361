import { epochsFor, RATE_FROM, RATES, type Arm } from '../strategy/recipe.js';
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

/** The two that decide the family, then the strategy between them. */
const MAIN_ARMS: readonly Arm[] = ['scratch/small net', 'fine-tune/lp-ft', 'hybrid/gradual unfreezing'];
/** Dearer variants: measured at the lowest size, and higher up as the budget allows. */
const SIDE_ARMS: readonly Arm[] = ['scratch/backbone net', 'hybrid/fresh module'];

/** Sizes of the ladder: the top, half and a quarter of it. */
const RUNGS = 3;
/**
 * Shares of the full passes. Fewer passes cost a random start more accuracy than a pre-trained one, so full effort at
 * smaller sizes goes before less effort at larger ones.
 */
const EFFORTS = [1, 0.7, 0.5, 0.35, 0.2];

/**
 * A ladder of nested sizes for all main arms alike, as high as the budget reaches, rates tried at the lowest and
 * carried upward; then the dearer variants and further seeds, from the top, until the budget is used. Small sizes
 * come first, so that a verdict can be asked for at any time.
 */
export function planTrials(input: PlanInput): PlannedTrial[] {
  const wanted = (arms: readonly Arm[]) =>
    arms.filter((arm) => input.strategies.includes(arm.split('/')[0] as StrategyName));
  const main = wanted(MAIN_ARMS);
  const side = wanted(SIDE_ARMS);
  if (main.length === 0 || input.sizes.length === 0) return [];
  const { ladder, effort } = highestLadder(input, main, side);
  const rungs = [...new Set(ladder.map(({ spec }) => spec.trainExamples))].reverse();
  const trial = (arm: Arm, examples: number, seed: number) =>
    planned(input, arm, examples, seed, effort, rateOf(main, arm, false));
  const rounds = [
    ...rungs.slice(1, -1).map((examples) => side.map((arm) => trial(arm, examples, 0))),
    ...rungs.map((examples) => main.map((arm) => trial(arm, examples, 1))),
    ...rungs.slice(0, 1).map((examples) => side.map((arm) => trial(arm, examples, 0))),
    ...rungs.map((examples) => main.map((arm) => trial(arm, examples, 2))),
  ].filter((round) => round.every(({ spec }) => spec.seed < input.replicates));
  let left = input.workerSeconds - total(ladder);
  const affordable = rounds.filter((round) => {
    if (total(round) > left) return false;
    left -= total(round);
    return true;
  });
  return [...ladder, ...affordable.flat()];
}

/** The highest ladder at the greatest effort that fits at all; else the lowest rung at the least effort, without side arms. */
function highestLadder(
  input: PlanInput,
  main: readonly Arm[],
  side: readonly Arm[],
): { ladder: PlannedTrial[]; effort: number } {
  const last = input.sizes.length - 1;
  for (const effort of EFFORTS) {
    for (let top = last; top >= Math.min(1, last); top--) {
      const ladder = ladderUpTo(input, main, side, top, effort);
      if (total(ladder) <= input.workerSeconds) return { ladder, effort };
    }
  }
  const effort = EFFORTS.at(-1)!;
  return { ladder: ladderUpTo(input, main, [], 0, effort), effort };
}

function ladderUpTo(
  input: PlanInput,
  main: readonly Arm[],
  side: readonly Arm[],
  top: number,
  effort: number,
): PlannedTrial[] {
  const rungs = input.sizes.slice(Math.max(0, top - RUNGS + 1), top + 1);
  return rungs.flatMap((examples, rung) =>
    [...main, ...(rung === 0 ? side : [])].map((arm) =>
      planned(input, arm, examples, 0, effort, rateOf(main, arm, rung === 0)),
    ),
  );
}

/** All rates where the arm tunes for itself at the lowest size, else one, which the tuned one replaces. */
function rateOf(main: readonly Arm[], arm: Arm, lowest: boolean): readonly number[] {
  const tunesItself = RATE_FROM[arm] === arm || !main.includes(RATE_FROM[arm]);
  return lowest && tunesItself ? RATES[arm] : RATES[arm].slice(0, 1);
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
  const perImage = throughput.trainSeconds[armOf(spec)];
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
