import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EMBEDDED_NAMES, readEmbedded } from '../../src/backbone/embedded.js';
import { CATALOG } from '../../src/backbone/load/source.js';
import { recordOf } from '../../src/backbone/records.js';
import { folderWith } from '../fixtures/folder-with.js';

const pets = { name: 'pets', trainExamples: 100, logitGap: 0.5 };
const signs = { name: 'signs', trainExamples: 200, logitGap: -0.5 };
const programDir = folderWith({
  'weights/records.json': JSON.stringify([{ name: 'net', sha256: 'abc', sets: [pets, signs] }]),
});

describe('recordOf', () => {
  it('goes by the hash of the weights', () => {
    expect(recordOf(programDir, 'abc', 'birds').sets).toEqual([pets, signs]);
    expect(recordOf(programDir, 'abd', 'birds').sets).toEqual([]);
  });

  it('leaves out the dataset that is judged', () => {
    expect(recordOf(programDir, 'abc', 'pets').sets).toEqual([signs]);
  });

  it('is empty where no records are shipped', () => {
    expect(recordOf(join(programDir, 'nowhere'), 'abc', 'pets').sets).toEqual([]);
  });
});

describe('the records that are shipped', () => {
  const shipped = 'src/backbone';
  const known = [
    ...EMBEDDED_NAMES.map((name) => ({ name, sha256: readEmbedded(shipped, name).sha256 })),
    ...CATALOG.flatMap(({ name, sha256 }) => (sha256 === null ? [] : [{ name, sha256 }])),
  ];

  it.each(known)('cover eight sets at one small size each for $name', ({ sha256 }) => {
    const { sets } = recordOf(shipped, sha256, '');
    expect(new Set(sets.map(({ name }) => name)).size).toBe(8);
    expect(sets).toHaveLength(8);
    for (const { trainExamples } of sets) expect(trainExamples).toBeLessThan(400);
  });
});
