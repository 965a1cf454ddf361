import { forwardMacs, parameterCount, trainMacs, type Network } from '../engine/network.js';
import { epochsFor } from '../strategy/recipe.js';
import { smallNet } from '../strategy/strategies.js';
import { armsOf } from '../verdict/arm.js';
import { forecast } from '../verdict/curve.js';
import type {
  DatasetFacts,
  Measurement,
  MeasurementsFile,
  MeasurementsHeader,
  StrategyCost,
  StrategyName,
} from '../verdict/types.js';
import { chosenTrials } from '../scheduling/chosen-trials.js';
import type { Measured } from './stages.js';
import { trialGroups } from './trial-data.js';

/** The input of the verdict, as in `measurements.json`. */
export function measurementsOf(
  measured: Measured,
  workers: number,
  settings: Record<string, unknown>,
): MeasurementsFile {
  const { dataset, backbone, horizon, metric, test, samples } = measured;
  const groups = trialGroups(measured);
  const measurements = chosenTrials(measured.outcomes).map(({ result }) => result.measurement);
  const header: MeasurementsHeader = {
    horizon,
    plan: dataset.plan,
    metric,
    classes: dataset.classes.length,
    backbone: { name: backbone.name, sha256: backbone.sha256 },
    record: measured.record,
    testGroups: numbered(Array.from(test, (row) => groups[row] ?? `row:${row}`)),
    testLabels: Array.from(test, (row) => samples[row].label),
    facts: datasetFacts(measured),
    settings,
  };
  const costs = costsOf(measured, workers, shownVariants(measurements, header, horizon));
  return {
    schema: 'headstart/measurements/v1',
    header: { ...header, ...(costs === null ? {} : { costs }) },
    measurements,
  };
}

/** The variant that the verdict picks for each strategy. */
function shownVariants(
  measurements: readonly Measurement[],
  header: MeasurementsHeader,
  horizon: number,
): ReadonlyMap<StrategyName, string> {
  if (measurements.length === 0) return new Map();
  const { arms } = forecast({ arms: armsOf(measurements, header), header, horizon, draws: 0, seed: 0 });
  return new Map(arms.map(({ strategy, variant }) => [strategy, variant]));
}

function datasetFacts(measured: Measured): DatasetFacts {
  const { dataset, samples, unread, train, source, novelty } = measured;
  const counts = dataset.classes.map(() => 0);
  for (const { label } of dataset.samples) counts[label]++;
  return {
    samples: dataset.samples.length,
    trainSamples: train.length,
    trainImages: Math.round((train.length * dataset.samples.length) / (samples.length - unread)),
    classes: dataset.classes.length,
    smallestClass: Math.min(...counts),
    largestClass: Math.max(...counts),
    sourceGain: source === null ? null : source.pretrained - source.random,
    novelty,
  };
}

function numbered(names: string[]): number[] {
  const numbers = new Map<string, number>();
  return names.map((name) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  });
}

/** Costs of the variants that represent their strategies. */
function costsOf(measured: Measured, workers: number, variants: ReadonlyMap<StrategyName, string>) {
  const { backbone, dataset, throughput, horizon } = measured;
  if (throughput === null) return null;
  const network = backbone.network(dataset.image.size, dataset.classes.length);
  const small = smallNet(dataset.image.size, dataset.classes.length);
  const seconds = throughput.trainSeconds['fine-tune/lp-ft'] ?? throughput.embedSeconds * 3;
  const strategies: Partial<Record<StrategyName, StrategyCost>> = {
    frozen: { ...trainedCost(network, backbone.blocks, 1), trainMacs: 0, onceMacs: forwardMacs(network) },
    'fine-tune': trainedCost(network, 0, epochsFor('fine-tune/lp-ft', horizon)),
    hybrid:
      variants.get('hybrid') === 'fresh module'
        ? trainedCost(network, Math.floor(backbone.blocks / 2), epochsFor('hybrid/fresh module', horizon))
        : trainedCost(network, 1, epochsFor('hybrid/gradual unfreezing', horizon)),
    scratch:
      variants.get('scratch') === 'backbone net'
        ? trainedCost(network, 0, epochsFor('scratch/backbone net', horizon))
        : trainedCost(small, 0, epochsFor('scratch/small net', horizon)),
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
