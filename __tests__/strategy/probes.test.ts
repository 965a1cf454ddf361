import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mirrorKeepsMeaning } from '../../src/strategy/probes.js';

describe('mirrorKeepsMeaning', () => {
  it('passes photographs and fails letters', () => {
    expect(mirrorKeepsMeaning(0.72, 0.71, 0.5)).toBe(true);
    expect(mirrorKeepsMeaning(0.9, 0.35, 0.05)).toBe(false);
  });

  it('never allows flips where the probe knows next to nothing, however alike both are', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (chance, mirrored) => {
        expect(mirrorKeepsMeaning(chance + 0.05, mirrored, chance)).toBe(false);
      }),
    );
  });

  it('fails when a fifth of what was known is lost in the mirror', () => {
    expect(mirrorKeepsMeaning(0.6, 0.5, 0.1)).toBe(false);
    expect(mirrorKeepsMeaning(0.6, 0.54, 0.1)).toBe(true);
  });
});
