import { ASSUMED_TEST_EXAMPLES, isTransfer } from './arm.js';
import { workOf } from './cost.js';
import type { Decision } from './decide.js';
import { EIGHTY_PERCENT } from './interval.js';
import type {
  CostTable,
  Measurement,
  MeasurementsHeader,
  NextExperiment,
  StrategyName,
  StrategySummary,
} from './model.js';
import { RUNNER } from './prices.js';
import { count, NAMES } from './words.js';

/** Above this the choice is sure enough that nothing needs to be proposed. */
const SURE = 0.9;
/** A step along a curve. */
const STEP = 4;

/** A test set this coarse, in half-widths of an interval, hides what another seed would show. */
const COARSE = 0.02;

export interface NextInput {
  header: MeasurementsHeader;
  measurements: readonly Measurement[];
  decision: Decision;
  strategies: StrategySummary[];
  cost: CostTable;
  horizon: number;
}

/** The trial most likely to change the choice for its price; null when the choice is sure. */
export function nextExperiment({
  header,
  measurements,
  decision,
  strategies,
  cost,
  horizon,
}: NextInput): NextExperiment | null {
  if (decision.gap === null) return missingSide(strategies);
  if (header.plan?.architecture === 'custom') return null;
  if (decision.family !== 'inconclusive' && decision.choiceConfidence >= SURE) return null;
  const lead = strategies.find(({ name }) => name === decision.leaning)!;
  const rival = rivalOf(decision, strategies);
  if (rival === undefined) return null;
  const behind = rival.trainExamples <= lead.trainExamples ? rival : lead;
  const atHorizon = behind.trainExamples >= horizon;
  if (atHorizon && coarseness(lead, measurements) > COARSE) return moreTestImages(lead, measurements);
  const trainExamples = atHorizon ? behind.trainExamples : Math.min(horizon, STEP * behind.trainExamples);
  const seconds = secondsFor(behind.name, trainExamples, header);
  return {
    description: atHorizon
      ? `Repeat ${NAMES[behind.name]} at ${count(trainExamples)} images with another seed`
      : `Train ${NAMES[behind.name]} at ${count(trainExamples)} images`,
    strategy: behind.name,
    trainExamples,
    seconds,
    costUsd: seconds === null ? null : (seconds / 3600) * runnerPrice(cost, header),
    changeProbability: changeProbability(decision, behind.trainExamples, trainExamples, horizon),
  };
}

/** The most probable winner other than the one leaned to; of the other family where the family is in doubt. */
function rivalOf(decision: Decision, strategies: StrategySummary[]): StrategySummary | undefined {
  const others = strategies.filter(({ name }) => name !== decision.leaning);
  const across = others.filter(({ name }) => isTransfer(name) !== isTransfer(decision.leaning));
  const field = decision.family === 'inconclusive' && across.length > 0 ? across : others;
  return [...field].sort((a, b) => b.pBest - a.pBest)[0];
}

/** The chance of being wrong, times the share of the doubt that the step takes away: its part of the way to the horizon. */
function changeProbability(decision: Decision, from: number, to: number, horizon: number): number {
  const wrong = 1 - (decision.pBest.get(decision.leaning) ?? 0);
  const share = from >= horizon ? 0.3 : Math.log(to / from) / Math.log(horizon / from);
  return Math.min(0.5, wrong) * share;
}

/** Half-width of the 80 % interval that the test set alone leaves about an accuracy. */
function coarseness({ accuracy }: StrategySummary, measurements: readonly Measurement[]): number {
  const { mean } = accuracy;
  return EIGHTY_PERCENT * Math.sqrt((mean * (1 - mean)) / testSize(measurements));
}

function testSize(measurements: readonly Measurement[]): number {
  return Math.max(...measurements.map(({ testExamples }) => testExamples ?? ASSUMED_TEST_EXAMPLES));
}

function moreTestImages(lead: StrategySummary, measurements: readonly Measurement[]): NextExperiment {
  const half = (100 * coarseness(lead, measurements)).toFixed(1);
  return {
    description: `Test on more images: ${count(testSize(measurements))} leave ±${half} points, which further training does not narrow`,
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
    description: `Train ${NAMES[strategy]} at ${count(trainExamples)} images, so that there is something to compare`,
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

/** The plan's hardware is for the full run; an experiment runs where the others did. */
function runnerPrice({ hourlyCostUsd }: CostTable, { plan }: MeasurementsHeader): number {
  return plan?.hardware === undefined ? hourlyCostUsd : RUNNER.usdPerHour;
}
