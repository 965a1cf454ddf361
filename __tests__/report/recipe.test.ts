import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { backboneOf, type Backbone } from '../../src/backbone/contract.js';
import { readEmbedded } from '../../src/backbone/embedded.js';
import type { Engine } from '../../src/engine/contract.js';
import { concatenatedWidth, separableNetwork, type Weights } from '../../src/engine/network.js';
import { createWasmEngine } from '../../src/engine/wasm/engine.js';
import { recipeSchema } from '../../src/generated/schemas.js';
import type { Reportable } from '../../src/probe/stages.js';
import { recipeOf, recipeOfTrial } from '../../src/report/recipe.js';
import type { Recipe } from '../../src/report/recipe-format.js';
import { randomWeights, withZeroHead } from '../../src/strategy/initial-weights.js';
import { embedRows } from '../../src/strategy/probes.js';
import { runTrial } from '../../src/strategy/run-trial.js';
import type { TrialContext, TrialResult, TrialSpec } from '../../src/strategy/trial.js';
import type { Analysis } from '../../src/verdict/types.js';
import { trainFromRecipe, type Images } from './train-from-recipe.js';

const HOME = join(import.meta.dirname, '../../src/backbone');
const SIZE = 32;
const CLASSES = ['cross', 'dot', 'line'];
const IMAGES = 150;
const TRAIN = 90;
const engine = createWasmEngine();

/** Noise over a tint and stripes that tell the classes apart, not too well. */
function someImages(): Images {
  let state = 12345;
  const noise = () => ((state = (state * 1103515245 + 12345) & 0x7fffffff) >>> 8) & 255;
  const labels = Int32Array.from({ length: IMAGES }, (_, row) => row % CLASSES.length);
  const pixels = Uint8Array.from({ length: IMAGES * SIZE * SIZE * 3 }, (_, at) => {
    const label = labels[Math.floor(at / (SIZE * SIZE * 3))];
    const x = Math.floor(at / 3) % SIZE;
    return 0.7 * noise() + (at % 3 === label ? 8 : 0) + ((x >> (1 + label)) & 1) * 12;
  });
  const rows = Int32Array.from(labels.keys());
  return { pixels, labels, train: rows.slice(0, TRAIN), test: rows.slice(110) };
}

const images = someImages();
const bytes = SIZE * SIZE * 3;
const source = {
  read(rows: ArrayLike<number>, into: Uint8Array) {
    for (let i = 0; i < rows.length; i++)
      into.set(images.pixels.subarray(rows[i] * bytes, (rows[i] + 1) * bytes), i * bytes);
  },
};

/** What the probe's workers would train with; `keep` is told the weights at the end of a training. */
function contextFor(backbone: Backbone, keep: (weights: Weights) => void = () => undefined): TrialContext {
  const network = backbone.network(SIZE, CLASSES.length);
  const embedder = engine.model(network, withZeroHead(network, backbone.weights), 32);
  const joined = embedRows(embedder, source, Int32Array.from(images.labels.keys()));
  const width = concatenatedWidth(network);
  const kept: Engine = {
    ...engine,
    model: (...args) => {
      const model = engine.model(...args);
      const dispose = () => keep(model.weights());
      return { ...model, dispose };
    },
  };
  return {
    engine: kept,
    backbone,
    pixels: source,
    features: {
      width,
      read: (rows) =>
        Float32Array.from(
          Array.from(rows).flatMap((row) => [...joined.subarray(row * width, (row + 1) * width)]),
        ),
    },
    size: SIZE,
    classes: CLASSES.length,
    metric: 'accuracy',
    labels: images.labels,
    groups: Array.from(images.labels, () => null),
    orders: [images.train, images.train, images.train],
    test: images.test,
  };
}

function stateFor(backbone: Backbone, changes: Partial<Reportable> = {}): Reportable {
  return {
    dataset: { classes: CLASSES, image: { size: SIZE, channels: 'colour', exif: true } },
    backbone,
    backboneFrom: null,
    metric: 'accuracy',
    test: images.test,
    horizon: 1000,
    flip: null,
    outcomes: [],
    ...changes,
  } as unknown as Reportable;
}

const specOf = (arm: string, changes: Partial<TrialSpec> = {}): TrialSpec => {
  const [strategy, variant] = arm.split('/') as [TrialSpec['strategy'], string];
  return {
    strategy,
    variant,
    trainExamples: TRAIN,
    seed: 1,
    epochs: 6,
    rates: [0.1],
    flip: true,
    ...changes,
  };
};

const interval = { mean: 0.81234567, low: 0.7, high: 0.9 };

/** As somebody reads it who has nothing but the file. */
const fileOf = (state: Reportable, spec: TrialSpec, result: TrialResult) =>
  JSON.parse(JSON.stringify(recipeOfTrial(state, { spec, result }, interval))) as Recipe;

const digest = (weights: Weights | null) =>
  [...(weights ?? [])]
    .reduce((hash, [name, values]) => hash.update(name).update(values), createHash('sha256'))
    .digest('hex');

const embedded = backboneOf(readEmbedded(HOME));
const embeddedFile = readFileSync(join(HOME, 'weights/embedded.f16'));

describe('a trial repeated to the bit from its recipe', () => {
  it.each([
    ['frozen/joined depths', {}],
    ['fine-tune/lp-ft', { rates: [0.1, 0.03] }],
    ['fine-tune/lp-ft', { seed: 2, flip: false, rates: [0.01] }],
    ['hybrid/gradual unfreezing', { epochs: 12 }],
    ['hybrid/gradual unfreezing', { epochs: 1, seed: 0 }],
    ['hybrid/fresh module', { seed: 0 }],
    ['scratch/small net', {}],
    ['scratch/backbone net', { rates: [0.03] }],
  ])('%s %j', (arm, changes) => {
    const kept: Weights[] = [];
    const spec = specOf(arm, changes);
    const result = runTrial(
      contextFor(embedded, (weights) => kept.push(weights)),
      spec,
      () => 0,
    );
    const recipe = fileOf(stateFor(embedded), spec, result);
    const repeated = trainFromRecipe(recipe, embeddedFile, images, engine);
    expect(repeated.predicted).toEqual(result.predicted);
    expect(digest(repeated.weights)).toBe(digest(kept.at(-1) ?? null));
    const hits = repeated.predicted.filter((label, i) => label === images.labels[images.test[i]]).length;
    expect(recipe.measuredRun.accuracy).toBe(hits / images.test.length);
  });

  it('is no triviality: other seeds and rates give other weights', () => {
    const recipe = fileOf(stateFor(embedded), specOf('scratch/small net'), aResult(null));
    const { training, measuredRun } = recipe;
    const others = [
      recipe,
      { ...recipe, measuredRun: { ...measuredRun, seed: 2 } },
      { ...recipe, training: { ...training!, clipNorm: 0.5 } },
    ].map((one) => digest(trainFromRecipe(one, embeddedFile, images, engine).weights));
    expect(new Set(others).size).toBe(3);
  });

  it('shares nothing with the program’s trainer', () => {
    const text = readFileSync(join(import.meta.dirname, 'train-from-recipe.ts'), 'utf8');
    const imported = [...text.matchAll(/from '([^']+)'/gu)].map(([, name]) => name);
    expect(imported.filter((name) => /strategy|probe\//u.test(name))).toEqual([]);
  });
});

function aResult(penalty: number | null): TrialResult {
  return { rate: 0.1, penalty, measurement: { accuracy: 2 / 3 } } as unknown as TrialResult;
}

describe('recipeOfTrial', () => {
  const trials: [string, number | null][] = [
    ['frozen/joined depths', 0.01],
    ['fine-tune/lp-ft', 0.03],
    ['hybrid/gradual unfreezing', 0.03],
    ['hybrid/fresh module', null],
    ['scratch/small net', null],
  ];

  it.each(trials)('keeps to its schema: %s', (arm, penalty) => {
    const recipe = fileOf(stateFor(embedded), specOf(arm), aResult(penalty));
    const isValid = new Ajv({ strict: false }).compile(recipeSchema);
    expect([isValid(recipe), isValid.errors]).toEqual([true, null]);
    expect(recipe).toMatchObject({
      classes: CLASSES,
      measuredRun: { images: TRAIN, heldBack: 0.2, seed: 1 },
      fullRun: { images: 1000, heldBack: 0.1, seed: 0 },
      expected: { images: 1000, mean: 0.8123, low: 0.7, high: 0.9 },
    });
  });

  it.each(trials)('has numbers as people write them: %s', (arm, penalty) => {
    const text = JSON.stringify(fileOf(stateFor(embedded), specOf(arm), aResult(penalty)));
    const long = (text.match(/(?<=[:,[])-?\d+\.\d+(?:e-?\d+)?(?=[,\]}])/gu) ?? []).filter(
      (number) => number.length > 8,
    );
    // √(2 / (1 − 1/π)) has no end.
    expect(long.filter((number) => number !== '1.7139588594436646')).toEqual([]);
  });

  it('expects nothing beyond sixteen times the images that were measured', () => {
    const expected = (horizon: number) =>
      fileOf(stateFor(embedded, { horizon }), specOf('scratch/small net'), aResult(null)).expected;
    expect(expected(16 * TRAIN)).not.toBeNull();
    expect(expected(16 * TRAIN + 1)).toBeNull();
  });

  it('says nothing of training where nothing is trained', () => {
    const recipe = fileOf(stateFor(embedded), specOf('frozen/joined depths'), aResult(0.01));
    expect(recipe).toMatchObject({ training: null, notes: [], linearProbe: { penalty: 0.01 } });
    expect(recipe.linearProbe?.features).toHaveLength(9);
    expect(recipe.fullRun).not.toHaveProperty('epochs');
    const terms = Object.keys(recipe.definitions).filter((path) => path.startsWith('training'));
    expect(terms).toEqual([]);
    expect(JSON.stringify(recipe)).not.toMatch(/momentum|labelSmoothing|flipProbability/u);
  });

  it('names the weights of what starts from them, by their hash', () => {
    const sha256 = createHash('sha256').update(embeddedFile).digest('hex');
    const weights = (arm: string) => fileOf(stateFor(embedded), specOf(arm), aResult(null)).weights;
    const expected = { source: 'dist/weights/embedded.f16', sha256, format: 'float16' };
    expect(weights('hybrid/fresh module')).toMatchObject(expected);
    expect(weights('scratch/small net')).toBeNull();
    expect(weights('scratch/backbone net')).toBeNull();
  });

  it('tells where weights of the user’s own were read from', () => {
    const backboneFrom = { origin: 'hf://some/net@abc', form: 'safetensors' as const, pinned: true };
    const { weights, definitions } = fileOf(
      stateFor(embedded, { backboneFrom }),
      specOf('fine-tune/lp-ft'),
      aResult(0.01),
    );
    expect(weights).toMatchObject({ source: 'hf://some/net@abc', format: 'safetensors' });
    expect(Object.keys(definitions).filter((path) => path.startsWith('weights'))).toEqual([
      'weights.safetensors',
    ]);
  });

  it('gives the zeros about each layer in numbers, also at stride 2', () => {
    const network = separableNetwork('net', SIZE, 1, [
      [8, 2, 0],
      [16, 1, 0],
      [16, 2, 1],
    ]);
    const pretrained = { ...readEmbedded(HOME), layers: network.layers, weights: randomWeights(network, 1) };
    const { network: separable } = fileOf(
      stateFor(backboneOf(pretrained)),
      specOf('fine-tune/lp-ft'),
      aResult(0.01),
    );
    const zeros = ({ layers }: Recipe['network']) =>
      layers.map(({ kind, kernel, stride, padding }) => [kind, kernel, stride, ...padding]);
    expect(zeros(separable)).toEqual([
      ['plain', 3, 2, 0, 1],
      ['depthwise', 3, 1, 1, 1],
      ['pointwise', 1, 1, 0, 0],
      ['depthwise', 3, 2, 0, 1],
      ['pointwise', 1, 1, 0, 0],
    ]);
    const small = fileOf(stateFor(embedded), specOf('scratch/small net'), aResult(null)).network;
    expect(zeros(small).slice(0, 3)).toEqual([
      ['plain', 3, 2, 1, 0],
      ['plain', 3, 2, 1, 0],
      ['plain', 3, 1, 1, 1],
    ]);
  });
});

describe('recipeOf', () => {
  const end = (changes: Partial<TrialSpec>, accuracy: number) => ({
    spec: specOf('scratch/small net', changes),
    seconds: 1,
    result: { ...aResult(null), measurement: { accuracy } } as unknown as TrialResult,
  });
  const strategies = [
    { name: 'scratch', variant: 'small net', predicted: interval },
  ] as unknown as Analysis['strategies'];

  it('is that of the largest trial, whichever ended first', () => {
    const ends = [
      end({ seed: 0, trainExamples: 45 }, 0.1),
      end({ seed: 1, trainExamples: 90 }, 0.2),
      end({ seed: 0, trainExamples: 90 }, 0.4),
    ];
    for (const order of [ends, [...ends].reverse()]) {
      const recipe = recipeOf(
        stateFor(embedded, { outcomes: order }),
        { strategies, verdict: { extrapolation: 1 } },
        'scratch',
      );
      expect(recipe?.measuredRun).toMatchObject({ images: 90, seed: 0, epochs: 6, accuracy: 0.4 });
    }
  });

  it('is null when no trial of the choice has ended', () => {
    const ends = [{ spec: specOf('scratch/small net'), seconds: 1, error: 'it failed' }];
    expect(
      recipeOf(
        stateFor(embedded, { outcomes: ends }),
        { strategies, verdict: { extrapolation: 1 } },
        'scratch',
      ),
    ).toBeNull();
  });
});
