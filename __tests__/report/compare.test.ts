import { describe, expect, it } from '@jest/globals';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { compareWithBase } from '../../src/report/compare.js';
import { ruleOf, type VerdictSnapshot } from '../../src/report/snapshot.js';
import { bitset } from '../../src/strategy/score.js';

const imageAt = (index: number) => index.toString(16).padStart(8, '0');

function snapshot(answers: readonly boolean[], changes: Partial<VerdictSnapshot> = {}): VerdictSnapshot {
  return {
    schema: 'headstart/digest/v1',
    dataset: 'bars',
    path: '.',
    data: null,
    testImages: answers.map((_, index) => imageAt(index)).join(''),
    conditions: 'weights at 64 px',
    rule: ruleOf('weights'),
    createdAt: '2026-01-01T00:00:00.000Z',
    family: 'transfer',
    choice: 'hybrid',
    leaning: 'hybrid',
    confidence: 0.9,
    accuracy: 0.8,
    strategies: [{ name: 'hybrid', noise: 0, points: [{ trainExamples: 100, correct: bitset(answers) }] }],
    ...changes,
  };
}

describe('compareWithBase', () => {
  const answers = Array.from({ length: 40 }, (_, index) => index % 4 !== 0);

  it('finds no difference between a report and itself', () => {
    expect(compareWithBase(snapshot(answers), snapshot(answers), 'cache')).toMatchObject({
      commonTest: 40,
      differences: [{ strategy: 'hybrid', mean: 0, low: 0, high: 0 }],
      verdictChanged: false,
    });
  });

  it('pairs the images that both have, in whatever order', () => {
    const base = snapshot([...answers].reverse(), {
      testImages: answers.map((_, index) => imageAt(39 - index)).join(''),
    });
    expect(compareWithBase(snapshot(answers), base, 'cache').differences[0].mean).toBe(0);
    const shifted = snapshot(answers, { testImages: answers.map((_, index) => imageAt(index + 5)).join('') });
    expect(compareWithBase(snapshot(answers), shifted, 'cache').commonTest).toBe(35);
  });

  it('says nothing about accuracy with few images in common, other conditions or other sizes', () => {
    const few = snapshot(answers, { testImages: answers.map((_, index) => imageAt(index + 20)).join('') });
    const other = snapshot(answers, { conditions: 'weights at 96 px' });
    const [strategy] = snapshot(answers).strategies;
    const larger = snapshot(answers, {
      strategies: [{ ...strategy, points: [{ ...strategy.points[0], trainExamples: 150 }] }],
    });
    for (const base of [few, other, larger]) {
      expect(compareWithBase(snapshot(answers), base, 'cache')).toMatchObject({
        differences: [],
        noise: null,
      });
    }
  });

  it('takes the largest size that both have, also when one has a few images more', () => {
    const [strategy] = snapshot(answers).strategies;
    const points = [50, 108, 400].map((trainExamples) => ({ ...strategy.points[0], trainExamples }));
    const base = snapshot(answers, { strategies: [{ ...strategy, points }] });
    expect(compareWithBase(snapshot(answers), base, 'cache').differences).toMatchObject([
      { trainExamples: 100, baseExamples: 108 },
    ]);
  });

  it('sees another family or strategy as a changed verdict', () => {
    for (const changes of [{ choice: 'frozen' }, { family: 'inconclusive', choice: null }] as const) {
      expect(compareWithBase(snapshot(answers), snapshot(answers, changes), 'cache').verdictChanged).toBe(
        true,
      );
    }
    expect(compareWithBase(null, snapshot(answers), 'cache')).toMatchObject({
      verdictChanged: null,
      differences: [],
    });
  });

  it('never calls a verdict changed that another rule or network has made', () => {
    const other = { family: 'scratch', choice: 'scratch' } as const;
    for (const rule of [ruleOf('other weights'), 'headstart-rule/0 weights']) {
      const base = snapshot(answers, { ...other, rule });
      expect(compareWithBase(snapshot(answers), base, 'cache').verdictChanged).toBeNull();
    }
  });

  it('covers the true difference in about 80 % of draws', () => {
    const random = xoroshiro128plus(3);
    const draw = (share: number) => uniformFloat64(random) < share;
    const [images, drop] = [400, 0.04];
    let covered = 0;
    const draws = 600;
    for (let i = 0; i < draws; i++) {
      const base = Array.from({ length: images }, () => draw(0.8));
      // Of the answers at the base, some are lost: 5 % of the right ones.
      const now = base.map((right) => right && !draw(drop / 0.8));
      const [{ low, high }] = compareWithBase(snapshot(now), snapshot(base), 'cache').differences;
      if (low <= -drop && -drop <= high) covered++;
    }
    expect(covered / draws).toBeGreaterThan(0.75);
    expect(covered / draws).toBeLessThan(0.86);
  });
});
