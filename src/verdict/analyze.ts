import { type Arm, armsOf, extrapolationOf, hasCurve, isTransfer, uniqueTrials } from './arm.js';
import { byPrice, costTable } from './cost.js';
import { crossingOf, outlookAt } from './crossing.js';
import { type Forecast, forecast, forecastFromAllSizes } from './curve.js';
import { decide, type Decision, DEFAULT_MAX_REGRET } from './decide.js';
import type { Analysis, MeasurementsFile, MeasurementsHeader, Verdict } from './types.js';
import { nextExperiment } from './next.js';
import { PRIOR, type Prior, recordCounts } from './prior.js';
import { reasonsOf } from './reasons.js';
import { scorecardOf } from './scorecard.js';
import { commonSizeOf, curvesOf, measuredGap, summariesOf } from './summary.js';

const DRAWS = 2000;
const SEED = 20260101;

export interface AnalyzeOptions {
  /** Training images that the decision is for. Default: the header's, the plan's, or the largest size measured. */
  horizon?: number;
  /** Draws of the learning curves. Default: 2,000. */
  draws?: number;
}

/**
 * Everything that follows from the measurements. The same file gives the same analysis, bit for bit on one machine.
 * The file has at least one measurement, as `readMeasurements` ensures.
 */
export function analyze(file: MeasurementsFile, options: AnalyzeOptions = {}): Analysis {
  const { header } = file;
  const measurements = uniqueTrials(file.measurements);
  const facts = header.facts ?? null;
  const horizon = horizonOf(file, options);
  const arms = armsOf(measurements, header);
  const cost = costTable(header, horizon);
  const draws = options.draws ?? DRAWS;
  const { curves, decision: predicted } = weigh(arms, header, horizon, draws);
  const measured = measuredGap(curves.arms, predicted.contender, header, horizon);
  const decision = { ...predicted, gap: measured ?? predicted.gap };
  const strategies = summariesOf(arms, curves, decision, header, horizon);
  const crossing = crossingOf(forecastFromAllSizes({ arms, header, horizon, draws, seed: SEED }));
  const withoutRecord = recordCounts(header.record, PRIOR.record)
    ? weigh(arms, { ...header, record: { sets: [] } }, horizon, draws).decision.pTransfer
    : null;
  const extrapolation = extrapolationOf(curves.arms, horizon);
  const commonSize = commonSizeOf(curves.arms, decision.leaning);
  const context = {
    header,
    facts,
    measurements,
    curves,
    strategies,
    cost,
    decision,
    crossing,
    horizon,
    extrapolation,
    commonSize,
    withoutRecord,
  };
  const { family, choice, leaning, confidence, claim, choiceConfidence, pTransfer, expectedRegret } =
    decision;
  return {
    verdict: {
      family,
      choice,
      leaning,
      confidence,
      claim,
      choiceConfidence,
      pTransfer,
      expectedRegret,
      horizon,
      network: networkOf(header),
      gap: decision.gap,
      contender: decision.contender,
      extrapolation,
      commonSize,
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

/** The forecast, and the decision that rests on it. */
export function weigh(
  arms: readonly Arm[],
  header: MeasurementsHeader,
  horizon: number,
  draws: number,
  prior: Prior = PRIOR,
): { curves: Forecast; decision: Decision } {
  const curves = forecast({ arms, header, horizon, draws, seed: SEED, prior });
  const decision = decide(outlookAt(curves, horizon), {
    byPrice: byPrice(costTable(header, horizon)),
    maxRegret: header.plan?.maxRegret ?? DEFAULT_MAX_REGRET,
    custom: header.plan?.architecture === 'custom',
    open: isOpen(curves.arms, horizon),
  });
  return { curves, decision };
}

/** Whether a family has not started to learn short of the horizon, so that it may still end anywhere. */
function isOpen(arms: readonly Arm[], horizon: number): boolean {
  return [true, false].some((transfer) => {
    const family = arms.filter(({ strategy }) => isTransfer(strategy) === transfer);
    return family.length > 0 && family.every((arm) => !hasCurve(arm) && arm.last.trainExamples < horizon);
  });
}

function networkOf({ backbone, settings }: MeasurementsHeader): Verdict['network'] {
  const size = settings?.['size'];
  return backbone === undefined
    ? null
    : { backbone: backbone.name, size: typeof size === 'number' ? size : null };
}

function horizonOf({ header, measurements }: MeasurementsFile, { horizon }: AnalyzeOptions): number {
  const largest = Math.max(...measurements.map(({ trainExamples }) => trainExamples));
  return horizon ?? header.horizon ?? header.plan?.examples ?? largest;
}
