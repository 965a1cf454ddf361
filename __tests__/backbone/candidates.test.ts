import { describe, expect, it } from '@jest/globals';
import { identityOf, type PretrainedNetwork } from '../../src/backbone/contract.js';
import { backboneFor, selectCandidates } from '../../src/backbone/candidates.js';
import type { Dataset } from '../../src/dataset/dataset.js';

const pretrained: PretrainedNetwork = {
  name: 'net',
  sha256: '',
  data: 'pictures',
  licence: null,
  sizes: { min: 64, max: 224, step: 32 },
  layers: [
    { name: 'a', inputs: 3, outputs: 8, stride: 2, block: 0 },
    { name: 'b', inputs: 8, outputs: 8, stride: 1, block: 1 },
  ],
  weights: new Map(),
};

const dataset = (size: number, scaling: Dataset['scaling'] = null) => ({
  name: 'pets',
  origin: { kind: 'manifest' as const, file: 'pets.headstart.yaml' },
  image: { size, channels: 'colour' as const, exif: true },
  scaling,
});

describe('backboneFor', () => {
  it.each([64, 96, 224])('accepts images of %i pixels', (size) => {
    const backbone = backboneFor(pretrained, false, dataset(size));
    expect(backbone.blocks).toBe(2);
    expect(backbone.network(size, 5)).toEqual({
      name: 'net',
      size,
      layers: pretrained.layers,
      classes: 5,
    });
  });

  it.each([32, 80, 256])('refuses images of %i pixels, and says which it accepts', (size) => {
    expect(() => backboneFor(pretrained, false, dataset(size))).toThrow(
      `pets.headstart.yaml: image.size is ${size}, but the backbone net accepts multiples of 32 from 64 to 224.`,
    );
  });

  it('uses the manifest’s scaling for a custom network', () => {
    const scaling = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const { pixels } = backboneFor(pretrained, true, dataset(64, scaling));
    for (const channel of [0, 1, 2]) {
      const level = 200;
      const expected = (level / 255 - scaling.mean[channel]) / scaling.std[channel];
      expect(level * pixels!.scale[channel] + pixels!.shift[channel]).toBeCloseTo(expected, 10);
    }
  });

  it('refuses a scaling for a network that has one', () => {
    const scaling = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    expect(() => backboneFor(pretrained, false, dataset(64, scaling))).toThrow('Remove them.');
  });
});

describe('selectCandidates', () => {
  const loaded = (name: string, min: number) => ({
    pretrained: { ...pretrained, name, sizes: { min, max: 96, step: 32 } },
    isCustom: false,
    origin: null,
    format: 'float16' as const,
    pinned: true,
    incident: null,
  });

  it('keeps those that accept the size', () => {
    const found = selectCandidates([loaded('a', 96), loaded('b', 64)], dataset(64));
    expect(found.map(({ backbone }) => backbone.name)).toEqual(['b']);
  });

  it('ignores a scaling that was meant for the network it replaces', () => {
    const scaling = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    const instead = { ...loaded('a', 64), incident: 'Using the embedded backbone instead: it is broken.' };
    const [{ backbone }] = selectCandidates([instead], dataset(64, scaling));
    expect(backbone.pixels).toBeUndefined();
    expect(() => selectCandidates([loaded('a', 64)], dataset(64, scaling))).toThrow('Remove them.');
  });

  it('refuses a size that none accepts', () => {
    expect(() => selectCandidates([loaded('a', 96), loaded('b', 64)], dataset(32))).toThrow(
      'image.size is 32',
    );
  });
});

describe('identityOf', () => {
  it('changes with the weights, the layers and the scaling, and with nothing else', () => {
    const pixels = { scale: [1, 1, 1], shift: [0, 0, 0] } satisfies PretrainedNetwork['pixels'];
    const others: Partial<PretrainedNetwork>[] = [
      {},
      { sha256: 'abc' },
      { layers: pretrained.layers.slice(0, 1) },
      { pixels },
    ];
    const identities = others.map((change) => identityOf({ ...pretrained, ...change }));
    expect(new Set(identities).size).toBe(others.length);
    expect(identityOf({ ...pretrained, name: 'other', data: 'else' })).toBe(identities[0]);
  });
});
