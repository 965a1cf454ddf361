import { describe, expect, it } from '@jest/globals';
import { pixelScaling } from '../../../src/dataset/images/pixel-scaling.js';

const at = (key: string) => ({ file: 'a.headstart.yaml', line: key === 'mean' ? 4 : 5 });

describe('pixelScaling', () => {
  it('is null when the manifest says nothing', () => expect(pixelScaling({}, at)).toBeNull());

  it('is what the manifest says', () => {
    const given = { mean: [0, 0.5, 1], std: [1, 0.5, 0.25] };
    expect(pixelScaling(given, at)).toEqual(given);
  });

  it.each([
    [{ mean: [0, 0, 0] }, 'a.headstart.yaml:4: image.std is missing.'],
    [{ std: [1, 1, 1] }, 'a.headstart.yaml:5: image.mean is missing.'],
    [{ mean: [0, 0, 0], std: [1, 0, 1] }, 'a.headstart.yaml:5: image.std must be above 0.'],
  ])('refuses %j', (given, message) => {
    expect(() => pixelScaling(given, at)).toThrow(message);
  });
});
