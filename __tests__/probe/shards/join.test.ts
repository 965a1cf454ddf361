import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packIntegers } from '../../../src/probe/cache/trial-record.js';
import { outcomesOfPlan, joinShards, type FoundShard } from '../../../src/probe/shards/join.js';
import type { ShardFile } from '../../../src/probe/shards/model.js';
import { DIGEST, kept, plan, shardFile, spec, test } from './files.js';

const dealt = plan([0, 1, 2, 3, 4, 5].map((seed) => ({ shard: seed % 3, seconds: 5, spec: spec(seed) })));
const contentOf = (shard: number) => shardFile(shard, [kept(spec(shard), 1), kept(spec(shard + 3), 2)]);
const found = (content: ShardFile, file = `shard-${content.shard}.json`): FoundShard => ({
  file,
  shard: content.shard,
  content,
});
const join = (...files: FoundShard[]) => joinShards(dealt, DIGEST, files, test);
const seedsIn = (joined: ReturnType<typeof join>) => joined.outcomes.map((end) => end.spec.seed).sort();

describe('joinShards', () => {
  it('takes the trials of whichever shards are there, and names those that are lost', () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2]), (there) => {
        const joined = join(...there.map((shard) => found(contentOf(shard))));
        const lost = [0, 1, 2].filter((shard) => !there.includes(shard));
        expect(seedsIn(joined)).toEqual(there.flatMap((shard) => [shard, shard + 3]).sort());
        expect(joined.lost).toEqual(lost);
        expect(joined.shards.map(({ shard }) => shard)).toEqual(there);
        expect(joined.incidents).toEqual(
          lost.map(
            (shard) =>
              `Shard ${shard} was lost (there is no shard-${shard}.json), and with it 2 trials: ` +
              `scratch/small net on 40 images with seed ${shard}, scratch/small net on 40 images with seed ${shard + 3}.`,
          ),
        );
      }),
    );
  });

  it('gives the results as they were measured', () => {
    const [end] = join(found(contentOf(0))).outcomes;
    expect(end).toMatchObject({ seconds: 3, result: { rate: 0.1, measurement: { trainSeconds: 2.5 } } });
    expect('result' in end && end.result.measurement).toEqual(kept(spec(0), 1).measurement);
    expect('result' in end && end.result.measurement.accuracy).toBeCloseTo(5 / 6, 12);
  });

  it('says which trials a shard did not get to, and keeps the failed ones', () => {
    const partly = shardFile(0, [], {
      failed: [{ spec: spec(3), seconds: 1, error: 'It diverged.' }],
      incidents: ['A worker was lost.'],
    });
    const { outcomes: ends, incidents, lost } = join(found(partly), found(contentOf(1)), found(contentOf(2)));
    expect(lost).toEqual([]);
    expect(ends).toContainEqual({ spec: spec(3), seconds: 1, error: 'It diverged.' });
    expect(incidents).toEqual([
      'Shard 0: A worker was lost.',
      'Shard 0 did not get to 1 trial: scratch/small net on 40 images with seed 0.',
    ]);
  });

  it('takes the fuller file of a job that was run again', () => {
    const short = shardFile(0, [kept(spec(0))]);
    for (const files of [
      [found(short, 'a/shard-0.json'), found(contentOf(0), 'b/shard-0.json')],
      [found(contentOf(0), 'a/shard-0.json'), found(short, 'b/shard-0.json')],
    ]) {
      expect(seedsIn(join(...files))).toEqual([0, 3]);
    }
  });

  const whole = contentOf(0);
  const [first, second] = whole.trials;
  const tampered: [string, Partial<ShardFile>, RegExp][] = [
    ['of another plan', { plan: 'e'.repeat(64) }, /it belongs to another plan/],
    ['with a trial of another shard', { trials: [kept(spec(1))] }, /was not planned for it/],
    [
      'with a trial at other passes',
      { trials: [kept({ ...spec(0), epochs: 50 })] },
      /was not planned for it/,
    ],
    ['with a trial twice', { trials: [first, first] }, /was not planned for it/],
    [
      'with a better accuracy than its predictions have',
      { trials: [{ ...first, measurement: { ...first.measurement, accuracy: 1 } }] },
      /figures of scratch\/small net on 40 images with seed 0 are not those of its predictions/,
    ],
    [
      'with the figures of another strategy',
      { trials: [{ ...first, measurement: { ...first.measurement, strategy: 'frozen' } }] },
      /are not those of its predictions/,
    ],
    [
      'with predictions of classes that there are not',
      { trials: [{ ...first, predicted: packIntegers(Int32Array.from([0, 1, 2, 0, 1, 3])) }] },
      /do not fit the test images/,
    ],
    [
      'with too few predictions',
      { trials: [second, { ...first, predicted: packIntegers(Int32Array.from([0, 1])) }] },
      /do not fit the test images/,
    ],
    ['with an endless time', { trials: [{ ...first, seconds: 1e300 }] }, /is no amount/],
    [
      'with a failure of a trial that was not planned',
      { failed: [{ spec: spec(9), seconds: 1, error: '' }] },
      /was not planned for it/,
    ],
  ];
  it.each(tampered)('loses a shard %s, and no other', (_, changes, why) => {
    const joined = join(found({ ...whole, ...changes }), found(contentOf(1)), found(contentOf(2)));
    expect(joined.lost).toEqual([0]);
    expect(seedsIn(joined)).toEqual([1, 2, 4, 5]);
    expect(joined.incidents).toEqual([expect.stringMatching(why)]);
  });

  it('does not let one shard speak for another', () => {
    const { lost, incidents } = join({ file: 'shard-1.json', shard: 1, content: whole });
    expect(lost).toEqual([0, 1, 2]);
    expect(incidents[1]).toContain('it says that it is shard 0');
  });
});

describe('outcomesOfPlan', () => {
  it('gives what the plan itself measured, and refuses what does not fit the images', () => {
    const done = [kept(spec(7, 'fine-tune'))];
    expect(outcomesOfPlan(plan([], { done }), test)).toMatchObject([{ spec: done[0].spec, seconds: 3 }]);
    const forged = [{ ...done[0], measurement: { ...done[0].measurement, macroF1: 1 } }];
    expect(() => outcomesOfPlan(plan([], { done: forged }), test)).toThrow(
      /are not those of its predictions/,
    );
  });
});
