import { type Arm, armsOf, onceEach } from './arm.js';
import { byPrice, costTable } from './cost.js';
import { crossingOf, outlookAt } from './crossing.js';
import { type Forecast, forecast } from './curve.js';
import { decide, type Decision, DEFAULT_MAX_REGRET } from './decide.js';
import type { Analysis, MeasurementsFile, MeasurementsHeader } from './model.js';
import { nextExperiment } from './next.js';
import { resampleTestImages } from './paired.js';
import { seeded } from './random.js';
import { reasonsOf } from './reasons.js';
import { scorecardOf } from './scorecard.js';
import { curvesOf, summariesOf } from './summary.js';
import { representatives, withoutLuck } from './variants.js';

const DRAWS = 2000;
const SEED = 20260101;

export interface AnalyseOptions {
  /** Training images that the decision is for; default: the header's, the plan's, or the largest size measured. */
  horizon?: number;
  /** Draws of the learning curves; default 2,000. */
  draws?: number;
}

/**
 * Everything that follows from the measurements: the same file gives the same analysis, bit for bit on one machine.
 * The file has at least one measurement, as `readMeasurements` makes sure.
 */
export function analyse(file: MeasurementsFile, options: AnalyseOptions = {}): Analysis {
  const { header } = file;
  const measurements = onceEach(file.measurements);
  const facts = header.facts ?? null;
  const horizon = horizonOf(file, options);
  const arms = armsOf(measurements);
  const cost = costTable(header, horizon);
  const draws = options.draws ?? DRAWS;
  const { curves, decision } = weigh(arms, header, horizon, draws);
  const strategies = summariesOf(arms, curves, decision, header, horizon);
  const crossing = crossingOf(curves);
  const withoutRecord =
    (header.record?.sets.length ?? 0) === 0
      ? null
      : weigh(arms, { ...header, record: { sets: [] } }, horizon, draws).decision.pTransfer;
  const context = {
    header,
    facts,
    measurements,
    strategies,
    cost,
    decision,
    crossing,
    horizon,
    withoutRecord,
  };
  const { family, choice, leaning, confidence, choiceConfidence, pTransfer, expectedRegret, gap } = decision;
  return {
    verdict: {
      family,
      choice,
      leaning,
      confidence,
      choiceConfidence,
      pTransfer,
      expectedRegret,
      horizon,
      gap,
      crossing,
      reasons: reasonsOf(context),
      nextExperiment: nextExperiment(context),
    },
    strategies,
    curves: curvesOf(arms, curves, header, horizon),
    scorecard: scorecardOf(context),
    cost,
  };
}

/** The forecast and what is decided on it. */
export function weigh(
  arms: readonly Arm[],
  header: MeasurementsHeader,
  horizon: number,
  draws: number,
): { curves: Forecast; decision: Decision } {
  const standIns = withoutLuck(representatives(arms));
  const random = seeded(SEED);
  const resamples = resampleTestImages(standIns, header, random, Math.min(draws, 400));
  const curves = forecast({ arms: standIns, header, resamples, draws, random });
  const decision = decide(outlookAt(curves, horizon), {
    byPrice: byPrice(costTable(header, horizon)),
    maxRegret: header.plan?.maxRegret ?? DEFAULT_MAX_REGRET,
    custom: header.plan?.architecture === 'custom',
  });
  return { curves, decision };
}

function horizonOf({ header, measurements }: MeasurementsFile, { horizon }: AnalyseOptions): number {
  const largest = Math.max(...measurements.map(({ trainExamples }) => trainExamples));
  return horizon ?? header.horizon ?? header.plan?.examples ?? largest;
}
