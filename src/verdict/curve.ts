import { type Arm, isTransfer, testVariance } from './arm.js';
import { fitForms, type LineFit } from './forms.js';
import { recordShift } from './calibration.js';
import type { MeasurementsHeader } from './model.js';
import { seedVarianceOf } from './noise.js';
import { logOddsShift, type Resamples } from './paired.js';
import { PRIOR } from './prior.js';
import type { Random } from './random.js';
import { accuracyOf } from './scale.js';

/** Draws of all learning curves at once; what arms share, they share draw by draw. */
export interface Forecast {
  arms: readonly Arm[];
  draws: number;
  /** The average weight of each form, by arm. */
  forms: Record<string, number>[];
  /** Accuracy of an arm at a size, one value a draw. */
  at: (arm: number, trainExamples: number) => Float64Array;
}

/** One drawn curve: log-odds at the largest size, slope, form, and what is added beyond. */
interface DrawnCurve {
  level: number;
  slope: number;
  form: LineFit['form'];
  /** Per e-folding beyond the largest size. */
  drift: number;
}

/** A Gaussian belief. */
interface Belief {
  mean: number;
  variance: number;
}

export interface ForecastInput {
  arms: readonly Arm[];
  header: MeasurementsHeader;
  resamples: Resamples | null;
  draws: number;
  random: Random;
}

export function forecast({ arms, header, resamples, draws, random }: ForecastInput): Forecast {
  const seedVariance = seedVarianceOf(arms);
  const fits = arms.map((arm) => fitForms(arm, seedVariance, slopePrior(arm)));
  const slopes = slopeTree(arms, fits);
  const shift = recordShift(header.record);
  const curves = arms.map((): DrawnCurve[] => []);
  for (let draw = 0; draw < draws; draw++) {
    const { shared, transfer, scratch } = slopes(random);
    const test = random.normal();
    const which = random.uniform();
    const common = PRIOR.commonDrift * random.normal();
    const family = PRIOR.familyDrift * Math.abs(shared) * random.normal();
    arms.forEach((arm, i) => {
      const side = isTransfer(arm.strategy) ? 1 : -1;
      const form = pick(fits[i], random.uniform() < PRIOR.ownForm ? random.uniform() : which);
      const curve = drawCurve(arm, form, slopeScale(arm) * (side > 0 ? transfer : scratch), random);
      const own = random.normal();
      curve.level +=
        resamples === null
          ? testShift(arm, test, own)
          : logOddsShift(resamples, draw, i, arm.last.testExamples);
      const gain = PRIOR.unconvergedGain * Math.abs(random.normal());
      if (unconverged(arm)) curve.level += gain;
      curve.drift = common + (side * family) / 2 + PRIOR.armDrift * random.normal();
      curves[i].push(curve);
    });
  }
  const forms = fits.map((fit) => Object.fromEntries(fit.map(({ form, weight }) => [form.name, weight])));
  const at = (index: number, trainExamples: number): Float64Array => {
    const arm = arms[index];
    const distance = Math.log(trainExamples / arm.last.trainExamples);
    const beyond = Math.max(0, distance);
    const record = (isTransfer(arm.strategy) ? 0.5 : -0.5) * shift * (beyond / (beyond + 1));
    return Float64Array.from(curves[index], ({ level, slope, form, drift }) =>
      accuracyOf(level + slope * form.rise(distance) + drift * beyond + record),
    );
  };
  return { arms, draws, forms, at };
}

/** Half of the test noise moves all arms alike: their test images are the same ones. */
function testShift(arm: Arm, shared: number, own: number): number {
  const sd = Math.sqrt(testVariance(arm.last));
  return sd * (Math.sqrt(PRIOR.sharedTestVariance) * shared + Math.sqrt(1 - PRIOR.sharedTestVariance) * own);
}

function unconverged({ last }: Arm): boolean {
  return last.trials.some(({ converged }) => converged === false);
}

function slopeScale({ strategy }: Arm): number {
  return PRIOR.slopeShare[strategy];
}

function slopePrior(arm: Arm): Belief {
  const { mean, sd } = PRIOR.slope;
  const spread = sd ** 2 + PRIOR.familySlopeSd ** 2 + PRIOR.armSlopeSd[arm.strategy] ** 2;
  return { mean: slopeScale(arm) * mean, variance: slopeScale(arm) ** 2 * spread };
}

/** Given a form and the slope expected of its family, draws a slope and a level from what the arm has shown. */
function drawCurve({ strategy }: Arm, fit: LineFit, expected: number, random: Random): DrawnCurve {
  const { form, precision, meanRise, meanLogOdds, riseSquares, riseProducts } = fit;
  const prior = 1 / PRIOR.armSlopeSd[strategy] ** 2;
  const mean = (prior * expected + riseProducts) / (prior + riseSquares);
  const slope = mean + random.normal() / Math.sqrt(prior + riseSquares);
  const level = meanLogOdds - slope * meanRise + random.normal() / Math.sqrt(precision);
  return { level, slope, form, drift: 0 };
}

/** The same `uniform` gives arms with like weights the same form: whether a dataset's curves bend is mostly its own. */
function pick(fits: LineFit[], uniform: number): LineFit {
  let left = uniform;
  return fits.find(({ weight }) => (left -= weight) < 0) ?? fits[0];
}

/** Slopes hang together: the dataset's shared one, about it the families', about those the arms'. */
function slopeTree(arms: readonly Arm[], fits: LineFit[][]) {
  const families = [true, false].map((transfer) =>
    combine(
      arms.flatMap((arm, i) => {
        const { riseSquares, riseProducts } = fits[i][0];
        if (isTransfer(arm.strategy) !== transfer || riseSquares === 0) return [];
        const scale = slopeScale(arm);
        return [
          {
            mean: riseProducts / riseSquares / scale,
            variance: (1 / riseSquares + PRIOR.armSlopeSd[arm.strategy] ** 2) / scale ** 2,
          },
        ];
      }),
    ),
  );
  const spread = PRIOR.familySlopeSd ** 2;
  const shared = combine([
    { mean: PRIOR.slope.mean, variance: PRIOR.slope.sd ** 2 },
    ...families.map(({ mean, variance }) => ({ mean, variance: variance + spread })),
  ]);
  return (random: Random) => {
    const slope = drawn(shared, random);
    const [transfer, scratch] = families.map((family) =>
      drawn(combine([{ mean: slope, variance: spread }, family]), random),
    );
    return { shared: slope, transfer: transfer, scratch: scratch };
  };
}

const NOTHING: Belief = { mean: 0, variance: Infinity };

function combine(beliefs: Belief[]): Belief {
  const precision = beliefs.reduce((total, { variance }) => total + 1 / variance, 0);
  if (precision === 0) return NOTHING;
  return {
    mean: beliefs.reduce((total, { mean, variance }) => total + mean / variance, 0) / precision,
    variance: 1 / precision,
  };
}

function drawn({ mean, variance }: Belief, random: Random): number {
  return mean + Math.sqrt(variance) * random.normal();
}
