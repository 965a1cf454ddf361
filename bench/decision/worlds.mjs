import { accuracyOf } from '../../build/verdict/statistics.js';

/**
 * What is true in a simulated world: accuracy by number of training images, for each strategy.
 *
 * power    errors start at chance and fall by a power law towards a floor
 * logit    straight lines in log-odds, half of them bending: what the verdict itself believes
 * onset    as power, but scratch starts to learn late and then steeply
 * deficit  as power, but trials of small subsets are undertrained, those of scratch most
 *
 * And for tests: equal, as power, but all strategies have the curve of scratch.
 */
export const WORLDS = ['power', 'logit', 'onset', 'deficit'];
/** Those in which no curve starts late. */
export const SMOOTH_WORLDS = ['power', 'logit', 'deficit'];

/** @returns accuracy as a function of training images, by strategy */
export function truthOf(world, classes, random) {
  if (world === 'logit') return logitTruth(random);
  const truth = powerTruth(world === 'onset', classes, random);
  return world === 'equal' ? everywhere(truth.scratch) : truth;
}

/** Log-odds that a trial loses because it trains too briefly. */
export function deficitOf(world, strategy, trainExamples) {
  if (world !== 'deficit' || strategy === 'frozen') return 0;
  return (strategy === 'scratch' ? 0.35 : 0.1) * Math.min(1, Math.sqrt(150 / trainExamples));
}

function everywhere(curve) {
  return { scratch: curve, 'fine-tune': curve, hybrid: curve, frozen: curve };
}

function logitTruth(random) {
  const shared = Math.max(0.1, 0.55 + 0.3 * random.normal());
  const scratch = random.between(-0.6, 1.6);
  const gap = 0.3 + 0.9 * random.normal();
  const bend = random.uniform() < 0.5 ? 0 : 0.12;
  const steeper = bend > 0 ? Math.exp(bend * 4) : 1;
  const line = (atThousand, slope) => (trainExamples) =>
    accuracyOf(atThousand + slope * steeper * rise(Math.log(trainExamples / 1000), bend));
  const slope = (share, sd) => Math.max(0.05, share * shared + sd * random.normal());
  const [scratchSlope, transferSlope] = [slope(1, 0.1), slope(0.85, 0.1)];
  const fineTune = scratch + gap;
  return {
    scratch: line(scratch, scratchSlope),
    'fine-tune': line(fineTune, transferSlope),
    hybrid: line(fineTune + 0.12 * random.normal(), transferSlope),
    frozen: line(fineTune - 0.1 + 0.4 * random.normal(), slope(0.55, 0.08)),
  };
}

/** Of the distance from 1,000 images, in e-foldings; a bent line rises ever less. */
function rise(distance, bend) {
  if (bend === 0) return distance;
  return (1 - Math.exp(-bend * (distance + 4))) / bend - (1 - Math.exp(-bend * 4)) / bend;
}

function powerTruth(isLate, classes, random) {
  const chance = 1 / classes;
  /** Error = floor + (1 − chance − floor) (1 + (n / start)^onset)^(−fall / onset): above 1, an onset is late and steep. */
  const curve =
    ({ floor, start, fall, onset = 1 }) =>
    (trainExamples) =>
      1 - (floor + (1 - chance - floor) * (1 + (trainExamples / start) ** onset) ** (-fall / onset));
  const hardness = random.uniform();
  const floor = 0.28 * hardness * hardness + 0.005;
  const start = random.logBetween(40, 900) * (classes > 12 ? 1.6 : 1);
  const fall = random.between(0.35, 0.75);
  const onset = isLate ? random.between(1.6, 2.6) : 1;
  /** Log of how many times fewer images fine-tuning needs; below 0 the source does harm. */
  const benefit = random.normal() * 0.9 + 1.3;
  const transferFloor = Math.min(
    0.6,
    Math.max(0.003, floor * Math.exp(-0.05 + 0.3 * random.normal()) + 0.01 * Math.max(0, random.normal())),
  );
  const transferFall = Math.min(0.8, Math.max(0.25, fall * random.between(0.75, 1.05)));
  const transferStart = start * Math.exp(-benefit);
  const frozenFloor = Math.min(0.75, transferFloor + random.between(0, 0.22) * (0.3 + hardness));
  return {
    scratch: curve({ floor, start, fall, onset }),
    'fine-tune': curve({ floor: transferFloor, start: transferStart, fall: transferFall }),
    hybrid: curve({
      floor: Math.max(0.003, transferFloor + 0.008 * random.normal()),
      start: transferStart * Math.exp(0.2 * random.normal()),
      fall: transferFall,
    }),
    frozen: curve({
      floor: frozenFloor,
      start: transferStart * random.logBetween(0.3, 0.9),
      fall: transferFall,
    }),
  };
}
