import {
  type KeptTrial,
  packIntegers,
  resultOf,
  type TestLabels,
} from '../../../src/probe/cache/trial-record.js';
import type { PlanFile, ShardFile } from '../../../src/probe/shards/model.js';
import type { TrialSpec } from '../../../src/strategy/trial.js';

/** Plans and shards as the action writes them, small. */

export const DIGEST = 'd'.repeat(64);
export const test: TestLabels = {
  labels: Int32Array.from([0, 1, 2, 0, 1, 2]),
  classes: 3,
  metric: 'accuracy',
};
const machine = { cpu: 'A processor', cores: 2, memoryGb: 8, os: 'linux', node: 'v20.19.0' };

export const spec = (seed: number, strategy: 'scratch' | 'fine-tune' = 'scratch'): TrialSpec => ({
  strategy,
  variant: strategy === 'scratch' ? 'small net' : 'lp-ft',
  trainExamples: 40,
  seed,
  epochs: 5,
  rates: [0.1],
  flip: false,
});

/** Right on all test images but the first ones. */
export function kept(of: TrialSpec, wrong = 1): KeptTrial {
  const predicted = test.labels.map((label, i) => (i < wrong ? (label + 1) % test.classes : label));
  const about: KeptTrial = {
    spec: of,
    seconds: 3,
    measurement: {
      strategy: of.strategy,
      variant: of.variant,
      trainExamples: of.trainExamples,
      accuracy: 0,
      seed: of.seed,
      trainSeconds: 2.5,
      converged: true,
      trainAccuracy: 1,
      epochs: of.epochs,
      settingsTried: 1,
    },
    predicted: packIntegers(predicted),
    rate: 0.1,
    penalty: null,
    held: { examples: 8, accuracy: 0.5 },
    imagePasses: 200,
  };
  return { ...about, measurement: resultOf(about, of, predicted, test).measurement };
}

export function plan(trials: PlanFile['trials'], changes: Partial<PlanFile> = {}): PlanFile {
  return {
    schema: 'headstart/plan/v2',
    createdAt: '2026-01-02T03:04:05.000Z',
    program: { version: '0.1.0', digest: DIGEST },
    engine: { name: 'wasm', version: '1', reason: 'It was asked for.', workers: 2 },
    machine,
    backbone: { identity: DIGEST, ranking: null },
    seed: 1,
    settings: { budgetSeconds: 40, strategies: ['fine-tune', 'scratch'] },
    images: { digest: DIGEST, unread: '' },
    flip: { flip: false, plain: 0.5, mirrored: 0.4 },
    source: null,
    novelty: null,
    throughput: { embedSeconds: 0.001, trainSeconds: { 'scratch/small net': 0.01 } },
    controls: { largestClass: { accuracy: 0.3 }, shuffledLabels: null },
    done: [],
    shards: 4,
    trials,
    incidents: [],
    seconds: 10,
    ...changes,
  };
}

export function shardFile(shard: number, trials: KeptTrial[], changes: Partial<ShardFile> = {}): ShardFile {
  return {
    schema: 'headstart/shard/v2',
    plan: DIGEST,
    shard,
    machine,
    workers: 2,
    trials,
    failed: [],
    incidents: [],
    seconds: 30,
    ...changes,
  };
}
