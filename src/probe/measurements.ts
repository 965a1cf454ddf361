import { forwardMacs, parameterCount, trainMacs, type Network } from '../engine/network.js';
import { epochsFor, type Arm } from '../strategy/recipe.js';
import { smallNet } from '../strategy/scratch.js';
import { CALIBRATION } from '../verdict/calibration.js';
import type { DatasetFacts, MeasurementsFile, StrategyCost, StrategyName } from '../verdict/model.js';
import type { ProbeState } from './state.js';
import { trialGroups } from './prepare.js';

/** Everything that the verdict rests on, in the form of `measurements.json`. */
export function measurementsOf(
  state: ProbeState,
  workers: number,
  settings: Record<string, unknown>,
): MeasurementsFile {
  const { dataset, backbone, horizon, metric, test, samples } = state;
  const groups = trialGroups(state);
  const costs = costsOf(state, workers);
  return {
    schema: 'headstart/measurements/v1',
    header: {
      horizon,
      plan: dataset.plan,
      metric,
      classes: dataset.classes.length,
      ...(costs === null ? {} : { costs }),
      backbone: { name: backbone.name, sha256: backbone.sha256 },
      record: { sets: [] },
      testGroups: numbered(Array.from(test, (row) => groups[row] ?? `row:${row}`)),
      testLabels: Array.from(test, (row) => samples[row].label),
      calibration: CALIBRATION.name,
      facts: datasetFacts(state),
      settings,
    },
    measurements: state.ends.flatMap((end) => ('result' in end ? [end.result.measurement] : [])),
  };
}

function datasetFacts({ dataset, train, source }: ProbeState): DatasetFacts {
  const counts = dataset.classes.map(() => 0);
  for (const { label } of dataset.samples) counts[label]++;
  return {
    samples: dataset.samples.length,
    trainSamples: train.length,
    classes: dataset.classes.length,
    smallestClass: Math.min(...counts),
    largestClass: Math.max(...counts),
    sourceGain: source === null ? null : source.pretrained - source.random,
  };
}

function numbered(names: string[]): number[] {
  const numbers = new Map<string, number>();
  return names.map((name) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  });
}

function costsOf(state: ProbeState, workers: number) {
  const { backbone, dataset, throughput, horizon } = state;
  if (throughput === null) return null;
  const network = backbone.network(dataset.image.size, dataset.classes.length);
  const seconds = throughput.trainSeconds['fine-tune/lp-ft'] ?? throughput.embedSeconds * 3;
  const strategies: Partial<Record<StrategyName, StrategyCost>> = {
    frozen: { ...trainedCost(network, backbone.blocks, 1), trainMacs: 0, onceMacs: forwardMacs(network) },
    'fine-tune': trainedCost(network, 0, epochsFor('fine-tune/lp-ft', horizon)),
    hybrid: trainedCost(network, 1, epochsFor('hybrid/gradual unfreezing', horizon)),
    scratch: scratchCost(state, network),
  };
  return { secondsPerGmac: seconds / (trainMacs(network, 0) / 1e9) / workers, strategies };
}

function trainedCost(network: Network, frozenBlocks: number, epochs: number): StrategyCost {
  return {
    trainMacs: trainMacs(network, frozenBlocks),
    onceMacs: 0,
    epochs,
    parameters: parameterCount(network),
  };
}

/** The net that did better at the largest size at which both were trained; the backbone's when only that was. */
function scratchCost(state: ProbeState, network: Network): StrategyCost {
  const { dataset, horizon } = state;
  const small = smallNet(dataset.image.size, dataset.classes.length);
  const arm: Arm = betterScratch(state);
  return trainedCost(arm === 'scratch/small net' ? small : network, 0, epochsFor(arm, horizon));
}

function betterScratch({ ends }: ProbeState): Arm {
  const measured = ends.flatMap((end) =>
    'result' in end && end.spec.strategy === 'scratch' ? [end.result.measurement] : [],
  );
  const best = measured.reduce<(typeof measured)[number] | null>(
    (top, one) =>
      top === null ||
      one.trainExamples > top.trainExamples ||
      (one.trainExamples === top.trainExamples && one.accuracy > top.accuracy)
        ? one
        : top,
    null,
  );
  return best?.variant === 'backbone net' ? 'scratch/backbone net' : 'scratch/small net';
}
