import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { recordOf } from '../../src/backbone/record.js';
import { folderWith } from '../fixtures/folder-with.js';

const pets = { name: 'pets', trainExamples: 100, logitGap: 0.5 };
const signs = { name: 'signs', trainExamples: 200, logitGap: -0.5 };
const home = folderWith({
  'weights/records.json': JSON.stringify([{ name: 'net', sha256: 'abc', sets: [pets, signs] }]),
});

describe('recordOf', () => {
  it('goes by the hash of the weights', () => {
    expect(recordOf(home, 'abc', 'birds').sets).toEqual([pets, signs]);
    expect(recordOf(home, 'abd', 'birds').sets).toEqual([]);
  });

  it('leaves out the dataset that is judged', () => {
    expect(recordOf(home, 'abc', 'pets').sets).toEqual([signs]);
  });

  it('is empty where no records are shipped', () => {
    expect(recordOf(join(home, 'nowhere'), 'abc', 'pets').sets).toEqual([]);
  });
});
