import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { openEngine } from '../../src/engine/open.js';
import { applyControls, dealLabels, judgeDeals, recitalOf } from '../../src/probe/controls.js';
import { blockingFinding, type Measured } from '../../src/probe/stages.js';
import { memorize } from '../../src/strategy/probes.js';

const CLASSES = 4;
const WIDTH = 96;
const { engine } = openEngine('wasm');

interface Images {
  state: Measured;
  features: Float32Array;
}

/** Images that lie close together within a class, as features of a backbone do. */
function images(seed: number, train: number, test: number): Images {
  const random = xoroshiro128plus(seed);
  const noise = () => (uniformInt(random, 0, 1000) + uniformInt(random, 0, 1000)) / 1000 - 1;
  const centers = Array.from({ length: CLASSES * WIDTH }, () => 3 * noise());
  const rows = Array.from({ length: train + test }, (_, row) => row);
  const all = new Float32Array(rows.length * WIDTH);
  for (let at = 0; at < all.length; at++) {
    const label = Math.floor(at / WIDTH) % CLASSES;
    all[at] = centers[label * WIDTH + (at % WIDTH)] + noise();
  }
  const state = {
    samples: rows.map((row) => ({ path: `${row}.png`, label: row % CLASSES, group: null, split: null })),
    pixelHashes: rows.map(String),
    train: Int32Array.from(rows.slice(0, train)),
    test: Int32Array.from(rows.slice(train)),
    dataset: { folder: '.', classes: Array.from({ length: CLASSES }, (_, k) => String(k)) },
    findings: [],
  } as unknown as Measured;
  return { state, features: all };
}

function judged({ state, features }: Images) {
  const deals = dealLabels(state, state.train);
  const read = (rows: ArrayLike<number>) =>
    Float32Array.from(
      { length: rows.length * WIDTH },
      (_, i) => features[rows[Math.floor(i / WIDTH)] * WIDTH + (i % WIDTH)],
    );
  const predicted = memorize(
    { engine, features: { width: WIDTH, read }, classes: CLASSES },
    recitalOf(deals),
  );
  return judgeDeals(deals, predicted, CLASSES);
}

/** Some of the test images are training images too, under other names. */
function leaking({ state, features }: Images, share: number): Images {
  const leaked = state.test.slice(0, share * state.test.length);
  const copied = features.slice();
  const pixelHashes = [...state.pixelHashes];
  leaked.forEach((row, i) => {
    copied.copyWithin(state.train[i] * WIDTH, row * WIDTH, (row + 1) * WIDTH);
    pixelHashes[state.train[i]] = pixelHashes[row];
  });
  return { state: { ...state, pixelHashes }, features: copied };
}

const seeds = Array.from({ length: 8 }, (_, seed) => seed);

describe('the control with shuffled labels', () => {
  it('raises no alarm on clean images, though a classifier answers alike within a class', () => {
    const found = seeds.map((seed) => judged(images(seed, 80, 160)));
    expect(found.filter(({ passed }) => !passed)).toEqual([]);
    const accuracies = found.map(({ accuracy }) => accuracy);
    expect(Math.max(...accuracies)).toBeLessThan(0.3);
  });

  it('finds test images among the training images, wherever they stand', () => {
    const passed = seeds.map((seed) => judged(leaking(images(seed, 80, 160), 0.1)).passed);
    expect(passed).not.toContain(true);
  });

  it('finds rows that are on both sides', () => {
    const { state, features } = images(1, 80, 160);
    const train = Int32Array.from([...state.train, ...state.test.slice(0, 16)]);
    expect(judged({ state: { ...state, train }, features }).passed).toBe(false);
  });

  it('counts a picture once, however many copies the test set has of it', () => {
    const { state, features } = images(1, 80, 160);
    const pixelHashes = state.pixelHashes.map((hash, row) => (row % 40 < 20 ? 'black' : hash));
    expect(judged({ state: { ...state, pixelHashes }, features }).passed).toBe(true);
  });

  it('does not tell the probe the labels that it is asked for', () => {
    const { state } = images(1, 80, 160);
    const deals = dealLabels(state, state.train);
    expect(Object.keys(recitalOf(deals)).sort()).toEqual(['dealt', 'test', 'train']);
    expect(deals.deals).toHaveLength(40);
    for (const { train, test } of deals.deals) expect([train.length, test.length]).toEqual([80, 160]);
  });
});

describe('judgeDeals', () => {
  it('knows what chance gives and by how much it varies', () => {
    const random = xoroshiro128plus(3);
    const answers = Int32Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : i % 3));
    const labels = Int32Array.from({ length: 60 }, (_, i) => (i * i) % 3);
    const hits = Array.from({ length: 4000 }, () => {
      const dealt = labels.slice();
      for (let i = dealt.length - 1; i > 0; i--) {
        const j = uniformInt(random, 0, i);
        [dealt[i], dealt[j]] = [dealt[j], dealt[i]];
      }
      return dealt.filter((label, i) => label === answers[i]).length / 60;
    });
    const mean = hits.reduce((sum, share) => sum + share) / hits.length;
    const deviation = Math.sqrt(hits.reduce((sum, share) => sum + (share - mean) ** 2, 0) / hits.length);
    const { chance, high } = judgeDeals({ deals: [{ train: labels, test: labels }] }, [answers], 3);
    expect(chance).toBeCloseTo(mean, 2);
    expect((high - chance) / 3.5 / deviation).toBeCloseTo(1, 1);
  });
});

describe('applyControls', () => {
  const failed = { accuracy: 0.4, chance: 0.25, high: 0.28, deals: 40, passed: false };

  it('blocks the verdict when the alarm is raised, and names the copies', () => {
    const { state } = leaking(images(1, 80, 160), 0.1);
    applyControls(state, { largestClass: { accuracy: 0.25 }, shuffledLabels: failed });
    const finding = blockingFinding(state)!;
    expect(finding).toMatchObject({ id: 'shuffled-labels', severity: 'error', count: 32 });
    expect(finding.message).toMatch(/25\.0 %.*40\.0 %/u);
    expect(finding.evidence).toHaveLength(16);
    expect(finding.evidence[0]).toBe('80.png = 0.png');
  });

  it('calls it an error of the program where no image is on both sides', () => {
    const { state } = images(1, 80, 160);
    applyControls(state, { largestClass: { accuracy: 0.25 }, shuffledLabels: failed });
    expect(blockingFinding(state)!.remedy).toContain('error of Headstart');
  });

  it('adds nothing where there is no alarm', () => {
    const { state } = images(1, 80, 160);
    applyControls(state, {
      largestClass: { accuracy: 0.25 },
      shuffledLabels: { ...failed, passed: true },
    });
    applyControls(state, null);
    expect(state.findings).toEqual([]);
  });
});
