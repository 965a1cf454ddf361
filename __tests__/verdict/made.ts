import { analyze } from '../../src/verdict/analyze.js';
import type {
  Measurement,
  MeasurementsFile,
  MeasurementsHeader,
  StrategyName,
} from '../../src/verdict/types.js';
import type { Random } from '../../src/verdict/statistics.js';

/** Measurements made up for tests. */

export function aFile(measurements: Measurement[], header: MeasurementsHeader = {}): MeasurementsFile {
  return { schema: 'headstart/measurements/v1', header, measurements };
}

export function measured(
  strategy: StrategyName,
  trainExamples: number,
  accuracy: number,
  more: Partial<Measurement> = {},
): Measurement {
  return { strategy, trainExamples, accuracy, testExamples: 1000, ...more };
}

/** A verdict on one size of fine-tuning and scratch. */
export function verdictOf(transfer: number, scratch: number, header: MeasurementsHeader = {}, draws = 1000) {
  const pair = [measured('fine-tune', 1000, transfer), measured('scratch', 1000, scratch)];
  return analyze(aFile(pair, header), { draws }).verdict;
}

/** A bitset in base64, least significant bit first. */
export function bitset(right: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(right.length / 8));
  right.forEach((bit, i) => (bytes[i >> 3] |= Number(bit) << (i & 7)));
  return Buffer.from(bytes).toString('base64');
}

export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** A trial with answers image by image: each image has a difficulty of its own, shared by all trials. */
export function trialOn(
  difficulty: readonly number[],
  logOdds: number,
  random: Random,
  what: { strategy: StrategyName; trainExamples: number; seed?: number },
): Measurement {
  const right = difficulty.map((own) => random.uniform() < sigmoid(logOdds + own));
  return {
    ...what,
    testExamples: right.length,
    accuracy: right.filter(Boolean).length / right.length,
    correct: bitset(right),
  };
}
