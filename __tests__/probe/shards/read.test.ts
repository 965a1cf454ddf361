import { createHash } from 'node:crypto';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readPlan } from '../../../src/probe/read-plan.js';
import { findShards, readPlanFile } from '../../../src/probe/shards/read.js';
import { folderWith } from '../../fixtures/folder-with.js';
import { kept, plan, shardFile, spec } from './files.js';

const frozen = { ...spec(0), strategy: 'frozen' as const, variant: 'joined depths', epochs: 1, rates: [] };
const valid = plan([{ shard: 1, seconds: 5, spec: spec(2) }], {
  done: [kept(frozen), kept(spec(0, 'fine-tune'))],
});
const folderOf = (value: unknown) => folderWith({ 'plan.json': JSON.stringify(value) });

describe('readPlanFile', () => {
  it('gives the plan and the digest of its bytes', () => {
    const read = readPlanFile('plan.json', folderOf(valid));
    expect(read.plan).toEqual(valid);
    expect(read.digest).toBe(createHash('sha256').update(JSON.stringify(valid)).digest('hex'));
  });

  it('reads a file that an editor began with a byte order mark', () => {
    const marked = folderWith({ 'plan.json': `\uFEFF${JSON.stringify(valid)}` });
    expect(readPlanFile('plan.json', marked).plan).toEqual(valid);
    expect(readPlan('plan.json', marked).plan).toEqual(valid);
  });

  const one = (changes: object) => ({
    ...valid,
    trials: [{ ...valid.trials[0], spec: { ...spec(2), ...changes } }],
  });
  it.each<[string, unknown, RegExp]>([
    ['an unknown key', { ...valid, run: 'x' }, /must NOT have additional properties/],
    ['another schema', { ...valid, schema: 'headstart/plan/v1' }, /\/schema must be equal to constant/],
    ['a shard beyond the last', { ...valid, shards: 1 }, /trial 1 is not one/],
    ['too many shards', { ...valid, shards: 257 }, /\/shards must be <= 256/],
    [
      'a digest that is none',
      { ...valid, program: { version: '1', digest: '../x' } },
      /digest must match pattern/,
    ],
    ['a variant that is not known', one({ variant: 'x' }), /trial 1 is not one/],
    ['a linear probe to train', one({ strategy: 'frozen', variant: 'joined depths' }), /trial 1 is not one/],
    ['a negative rate', one({ rates: [-1] }), /trial 1 is not one/],
    [
      'a trial twice',
      { ...valid, trials: [valid.trials[0], { ...valid.trials[0], shard: 0 }] },
      /a trial twice/,
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => readPlanFile('plan.json', folderOf(value))).toThrow(message);
  });

  it('refuses numbers that are none, links, folders and files beyond all measure', () => {
    const folder = folderWith({
      'endless.json': JSON.stringify(valid).replace('"seconds":10', '"seconds":1e999'),
      'real.json': JSON.stringify(valid),
      'large.json': '',
      'folder/file': '',
    });
    symlinkSync(join(folder, 'real.json'), join(folder, 'link.json'));
    truncateSync(join(folder, 'large.json'), 33 * 2 ** 20);
    for (const [file, why] of [
      ['endless.json', /\/seconds must be number/],
      ['link.json', /is no plan \(.*(?:ELOOP|symbolic)/],
      ['folder', /is no plan/],
      ['large.json', /more than 32 MB/],
      ['absent.json', /ENOENT/],
    ] as const) {
      expect(() => readPlanFile(file, folder)).toThrow(why);
    }
  });
});

describe('readPlan', () => {
  it('takes the trials of a plan: those that it ran, then those that it dealt', () => {
    expect(readPlan('plan.json', folderOf(valid))).toEqual({
      trials: [spec(0, 'fine-tune'), spec(2)],
      probes: [frozen],
      seed: 1,
      budgetSeconds: 40,
      plan: valid,
    });
  });
});

describe('findShards', () => {
  it('finds files by name, in folders as artifacts lie, and says what is wrong with those that cannot be read', () => {
    const content = shardFile(3, [kept(spec(2))]);
    const folder = folderWith({
      'headstart-shard-3/shard-3.json': JSON.stringify(content),
      'headstart-shard-4/shard-4.json': '{"schema": "headstart/shard/v2"}',
      'headstart-shard-5/shard-5.json': '{',
      'shard-6.txt': '',
      'shard-x.json': '',
      'a/b/c/d/shard-7.json': JSON.stringify(content),
    });
    const outside = join(folderWith({ 'shard-8.json': JSON.stringify(content) }), 'shard-8.json');
    symlinkSync(outside, join(folder, 'shard-8.json'));
    writeFileSync(join(folder, 'headstart-shard-3', 'other.json'), '{}');
    expect(findShards(folder)).toEqual([
      { file: join('headstart-shard-3', 'shard-3.json'), shard: 3, content },
      {
        file: join('headstart-shard-4', 'shard-4.json'),
        shard: 4,
        problem: expect.stringMatching(/required/),
      },
      { file: join('headstart-shard-5', 'shard-5.json'), shard: 5, problem: expect.stringMatching(/JSON/) },
    ]);
  });

  it('finds nothing where there is no folder', () => {
    expect(findShards(join(folderWith({}), 'absent'))).toEqual([]);
  });
});
