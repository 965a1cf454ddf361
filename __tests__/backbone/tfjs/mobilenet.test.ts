import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Backbone } from '../../../src/backbone/contract.js';
import type { Engine } from '../../../src/engine/contract.js';
import { featureWidth, type ConvLayer } from '../../../src/engine/network.js';
import { relativeError } from '../../contract/case.js';
import { absence, engines } from '../../contract/engines.js';
import { ABSENCE, readJson, readShared, SHA256, WIDTHS, type Width } from './shared-models.js';

interface Fixture {
  size: number;
  images: string[];
  pixels: string;
  features: Record<Width, string>;
}

const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/mobilenet.json'), 'utf8'),
) as Fixture;
const pixels = new Uint8Array(Buffer.from(fixture.pixels, 'base64'));
const count = fixture.images.length;

/** PyTorch's features, [count, width]. */
function expected(width: Width): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(fixture.features[width], 'base64')).buffer);
}

/** Pooled features of the last layer, [count, width]. */
function featuresOf(engine: Engine, backbone: Backbone, change: Partial<ConvLayer> = {}): Float32Array {
  const asked = backbone.network(fixture.size, 2);
  const network = { ...asked, layers: asked.layers.map((layer) => ({ ...layer, ...change })) };
  const width = featureWidth(network);
  const head = [
    ['head/kernel', new Float32Array(2 * width)],
    ['head/bias', new Float32Array(2)],
  ] as const;
  const model = engine.model(network, new Map([...backbone.weights, ...head]), count);
  const embedded = model.embed(pixels, count);
  model.dispose();
  const joined = embedded.length / count;
  return Float32Array.from({ length: count * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return embedded[(row + 1) * joined - width + column];
  });
}

/** Largest absolute difference over the largest absolute feature. */
function difference(actual: Float32Array, wanted: Float32Array): number {
  expect(actual).toHaveLength(wanted.length);
  const largest = (values: Float32Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(actual.map((value, i) => value - wanted[i])) / largest(wanted);
}

const named = ABSENCE === '' ? describe : describe.skip;
const cases = engines.flatMap((engine) =>
  WIDTHS.map((width) => ({ engine: engine.name, width, computes: engine })),
);

named(`MobileNetV1 as PyTorch computes it${absence === null ? '' : ', TensorFlow absent'}${ABSENCE}`, () => {
  // At most 1.1e-5 when this was written, on either engine.
  it.each(cases)('has its features to 1e-4 of their scale: $width on $engine', ({ width, computes }) => {
    const found = difference(featuresOf(computes, readShared(width)), expected(width));
    expect(found).toBeLessThan(1e-4);
  });

  // At 64 pixels some features go from 6 to 0, so this is the difference of the norms: about 1.
  it.each(cases)('would differ by a tenth with zeros around: $width on $engine', ({ width, computes }) => {
    const found = relativeError(
      featuresOf(computes, readShared(width), { padding: 'around' }),
      expected(width),
    );
    expect(found).toBeGreaterThan(0.1);
  });
});

named(`the models of ../shared/weights${ABSENCE}`, () => {
  it.each(WIDTHS)('%s is 27 layers in 5 blocks, the last of each pooled', (width) => {
    const backbone = readShared(width);
    const network = backbone.network(64, 10);
    const last = Number(width) * 1024;
    expect(backbone).toMatchObject({
      sha256: SHA256[width],
      blocks: 5,
      sizes: { min: 64, max: 224, step: 32 },
      licence: 'Apache-2.0',
    });
    expect(network).toMatchObject({ size: 64, classes: 10 });
    expect(featureWidth(network)).toBe(last);
    expect(network.layers.map(({ name }) => name).slice(0, 4)).toEqual([
      'conv1',
      'conv_dw_1',
      'conv_pw_1',
      'conv_dw_2',
    ]);
    const pooled = network.layers.filter((layer) => layer.pooled !== false);
    expect(pooled.map(({ name, outputs, block }) => [name, (outputs * 1024) / last, block])).toEqual([
      ['conv_pw_1', 64, 0],
      ['conv_pw_3', 128, 1],
      ['conv_pw_5', 256, 2],
      ['conv_pw_11', 512, 3],
      ['conv_pw_13', 1024, 4],
    ]);
    expect(network.pixels!.scale).toHaveLength(3);
    expect(backbone.weights.size).toBe(2 * 27);
  });

  it.each(WIDTHS)('%s is the same, to the bit, without its topology', (width) => {
    const described = readShared(width);
    for (const modelTopology of [null, undefined]) {
      const json = JSON.stringify({ ...(JSON.parse(readJson(width)) as object), modelTopology });
      const weightsOnly = readShared(width, { json });
      expect(weightsOnly.network(96, 3)).toEqual(described.network(96, 3));
      expect([...weightsOnly.weights.keys()]).toEqual([...described.weights.keys()]);
      const differing = [...described.weights].filter(
        ([name, values]) =>
          !Buffer.from(values.buffer).equals(Buffer.from(weightsOnly.weights.get(name)!.buffer)),
      );
      expect(differing).toEqual([]);
    }
  });
});
