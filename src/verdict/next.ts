import { type Arm, ASSUMED_TEST_EXAMPLES, hasCurve, isTransfer } from './arm.js';
import { RUNNER, workOf } from './cost.js';
import type { Forecast } from './curve.js';
import { type Decision, TIE } from './decide.js';
import { EIGHTY_PERCENT, mean, samplingVariance, steepness } from './statistics.js';
import type {
  CostTable,
  Measurement,
  MeasurementsHeader,
  NextExperiment,
  StrategyName,
  StrategySummary,
} from './types.js';
import { trialVariance } from './noise.js';
import { PRIOR } from './prior.js';
import { count, namesInText } from './format.js';

/** Above this, the choice is sure enough and nothing is proposed. */
const SURE = 0.9;
/** Factor from one size to the next along a curve. */
const STEP = 4;
/** With a half-width above this, the test set hides what another seed would show. */
const COARSE = 0.02;
/** Another seed is worth running only if it changes the choice at least this often. */
const MIN_CHANGE = 0.05;

const TRAIN: Record<StrategyName, string> = {
  frozen: 'Train a classifier on frozen features',
  'fine-tune': 'Fine-tune',
  hybrid: 'Train the hybrid',
  scratch: 'Train from scratch',
};

export interface NextInput {
  header: MeasurementsHeader;
  measurements: readonly Measurement[];
  curves: Forecast;
  decision: Decision;
  strategies: StrategySummary[];
  cost: CostTable;
  horizon: number;
}

/** A trial that could be run next. */
interface Candidate {
  arm: Arm;
  trainExamples: number;
  /** On this runner; null: not known. */
  seconds: number | null;
}

/** The trial that should raise the expected accuracy of the choice most per second; null when the choice is sure. */
export function nextExperiment(input: NextInput): NextExperiment | null {
  const { header, measurements, curves, decision, strategies } = input;
  const most = largestTrainable(input);
  if (decision.gap === null) return missingSide(strategies);
  if (header.plan?.architecture === 'custom') return null;
  const asleep = curves.arms.find((arm) => !hasCurve(arm) && arm.last.trainExamples < most);
  if (asleep !== undefined) return proposal(candidateOf(asleep, input), null, input);
  if (decision.family !== 'inconclusive' && decision.choiceConfidence >= SURE) return null;
  const lead = strategies.find(({ name }) => name === decision.leaning)!;
  const candidates = curves.arms.map((arm) => candidateOf(arm, input));
  const worths = worthsOf(candidates, input);
  if (candidates.every(({ arm }) => arm.last.trainExamples >= most)) {
    if (coarseness(lead, measurements) > COARSE || worths.every(({ changes }) => changes < MIN_CHANGE))
      return moreTestImages(lead, measurements);
  }
  const perSecond = ({ gain }: Worth, i: number) => gain / (candidates[i].seconds ?? 1);
  const best = worths.reduce(
    (most, worth, i) => (perSecond(worth, i) > perSecond(worths[most], most) ? i : most),
    0,
  );
  return proposal(candidates[best], worths[best].changes, input);
}

/** The largest size that can be trained on now: images for the full run may still have to be collected. */
function largestTrainable({ header: { facts }, horizon }: NextInput): number {
  return Math.min(horizon, facts?.trainImages ?? horizon);
}

/** One step up the curve of an arm, as far as there are images; at the top, another seed. */
function candidateOf(arm: Arm, input: NextInput): Candidate {
  const { trainExamples: last } = arm.last;
  const most = largestTrainable(input);
  const trainExamples = last >= most ? last : Math.min(most, STEP * last);
  return { arm, trainExamples, seconds: secondsFor(arm.strategy, trainExamples, input.header) };
}

/** What a trial is expected to be worth. */
interface Worth {
  /** What knowing its outcome is expected to add to the highest expected accuracy. */
  gain: number;
  /** Probability that the choice changes. */
  changes: number;
}

/**
 * From the joint draws: how each outcome of a trial would change the expected accuracies at the horizon, by linear
 * regression on the outcome, and which strategy would then lead.
 */
function worthsOf(candidates: readonly Candidate[], { curves, decision, horizon }: NextInput): Worth[] {
  const [atHorizon, ...atTrials] = curves.at([
    horizon,
    ...candidates.map(({ trainExamples }) => trainExamples),
  ]);
  const expected = atHorizon.map(mean);
  const names = curves.arms.map(({ strategy }) => strategy);
  const now = names.indexOf(decision.leaning);
  // The choice may already be behind, by a tie or because its family is more likely: that alone changes nothing.
  const tolerated = Math.max(...expected) - expected[now] + TIE;
  return candidates.map((candidate, i) => {
    const drawn = atTrials[i][curves.arms.indexOf(candidate.arm)];
    const center = mean(drawn);
    const { learnable, noise } = newsOf(candidate, center);
    const outcomes = drawn.map((value) => center + Math.sqrt(learnable) * (value - center));
    const variance = mean(outcomes.map((value) => (value - center) ** 2)) + noise;
    const slopes = atHorizon.map((draws) => {
      const covariance = mean(draws.map((value, draw) => value * (drawn[draw] - center)));
      return (learnable * covariance) / Math.max(variance, 1e-12);
    });
    let after = 0;
    let changes = 0;
    for (const outcome of outcomes) {
      const updated = expected.map((value, k) => value + slopes[k] * (outcome - center));
      const most = Math.max(...updated);
      after += most / outcomes.length;
      changes += Number(most - updated[now] > tolerated) / outcomes.length;
    }
    return { gain: after - Math.max(...expected), changes };
  });
}

/**
 * What a trial can teach: the share of the uncertainty about its accuracy that it can resolve, and the noise of the
 * outcome. Another seed is tested on the same images, so the uncertainty that comes from them stays.
 */
function newsOf({ arm, trainExamples }: Candidate, accuracy: number): { learnable: number; noise: number } {
  const { last } = arm;
  const spread = accuracy * (1 - accuracy);
  const seeds = trialVariance(PRIOR.seedVariance, last, PRIOR) * spread ** 2;
  const images = samplingVariance(accuracy, last.testExamples) * spread ** 2;
  if (trainExamples > last.trainExamples) return { learnable: 1, noise: seeds + images };
  const known = seeds / last.trials.length;
  return { learnable: known / (known + images), noise: seeds };
}

function proposal(
  { arm, trainExamples, seconds }: Candidate,
  changeProbability: number | null,
  input: NextInput,
): NextExperiment {
  const { cost, header } = input;
  const { strategy, last } = arm;
  return {
    description:
      last.trainExamples >= largestTrainable(input)
        ? `Repeat ${namesInText[strategy]} at ${count(trainExamples)} images with another seed`
        : `${TRAIN[strategy]} with ${count(trainExamples)} images`,
    strategy,
    trainExamples,
    seconds,
    costUsd: seconds === null ? null : (seconds / 3600) * runnerPrice(cost, header),
    changeProbability,
  };
}

/** Half-width of the 80 % interval around an accuracy that the size of the test set alone causes. */
function coarseness({ accuracy }: StrategySummary, measurements: readonly Measurement[]): number {
  const images = testSize(measurements);
  return EIGHTY_PERCENT * Math.sqrt(steepness(accuracy.mean, images) / images);
}

function testSize(measurements: readonly Measurement[]): number {
  return Math.max(...measurements.map(({ testExamples }) => testExamples ?? ASSUMED_TEST_EXAMPLES));
}

function moreTestImages(lead: StrategySummary, measurements: readonly Measurement[]): NextExperiment {
  const half = (100 * coarseness(lead, measurements)).toFixed(1);
  return {
    description: `Test on more images: with ${count(testSize(measurements))}, accuracy is only known to ±${half} points, whatever the training`,
    strategy: null,
    trainExamples: null,
    seconds: null,
    costUsd: null,
    changeProbability: null,
  };
}

function missingSide(strategies: StrategySummary[]): NextExperiment {
  const hasTransfer = strategies.some(({ name }) => isTransfer(name));
  const strategy: StrategyName = hasTransfer ? 'scratch' : 'fine-tune';
  const trainExamples = Math.max(...strategies.map((summary) => summary.trainExamples));
  return {
    description: `${TRAIN[strategy]} with ${count(trainExamples)} images, to have something to compare with`,
    strategy,
    trainExamples,
    seconds: null,
    costUsd: null,
    changeProbability: null,
  };
}

/** On the runner that measured. */
function secondsFor(name: StrategyName, examples: number, { costs }: MeasurementsHeader): number | null {
  const cost = costs?.strategies[name];
  return costs === undefined || cost === undefined ? null : workOf(cost, examples) * costs.secondsPerGmac;
}

/** The plan's hardware is for the full run; an experiment runs on the same runner as the others. */
function runnerPrice({ hourlyCostUsd }: CostTable, { plan }: MeasurementsHeader): number {
  return plan?.hardware === undefined ? hourlyCostUsd : RUNNER.usdPerHour;
}
