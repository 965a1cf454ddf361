import type {
  Measurement,
  MeasurementsFile,
  MeasurementsHeader,
  StrategyName,
} from '../../src/verdict/types.js';
import { accuracyOf, seeded } from '../../src/verdict/statistics.js';

export function fileOf(measurements: Measurement[], header: MeasurementsHeader = {}): MeasurementsFile {
  return { schema: 'headstart/measurements/v1', header, measurements };
}

/** A learning curve with a straight line in log-odds: its value at 1,000 examples and its slope per e-folding. */
export interface TrueCurve {
  level: number;
  slope: number;
}

export function trueAccuracy({ level, slope }: TrueCurve, trainExamples: number): number {
  return accuracyOf(level + slope * Math.log(trainExamples / 1000));
}

/** Measurements as a probe would make them of known curves: seed noise on the log-odds, answers image by image. */
export function simulated(
  curves: Partial<Record<StrategyName, TrueCurve>>,
  sizes: number[],
  { seed = 1, replicates = 2, testExamples = 2000, seedNoise = 0.05 } = {},
): Measurement[] {
  const random = seeded(seed);
  const hardness = Float64Array.from({ length: testExamples }, () => random.uniform());
  return Object.entries(curves).flatMap(([strategy, curve]) =>
    sizes.flatMap((trainExamples) =>
      Array.from({ length: replicates }, (_, replicate): Measurement => {
        const level =
          Math.log(1 / (1 / trueAccuracy(curve, trainExamples) - 1)) + seedNoise * random.normal();
        const right = hardness.map((hard) => (sharedly(hard, random.uniform()) < accuracyOf(level) ? 1 : 0));
        return {
          strategy: strategy as StrategyName,
          trainExamples,
          testExamples,
          seed: replicate,
          accuracy: right.reduce((total, bit) => total + bit, 0) / testExamples,
          correct: base64(right),
        };
      }),
    ),
  );
}

/** Half of the images are as hard for every net, the others are hard by chance; uniform either way. */
function sharedly(hard: number, own: number): number {
  const spread = (hard * 2) % 1;
  return hard < 0.5 ? spread : own;
}

export function base64(bits: ArrayLike<number>): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let i = 0; i < bits.length; i++) bytes[i >> 3] |= bits[i] << (i & 7);
  return Buffer.from(bytes).toString('base64');
}
