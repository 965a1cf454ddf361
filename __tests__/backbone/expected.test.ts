import { describe, expect, it } from '@jest/globals';
import { readEmbedded } from '../../src/backbone/embedded.js';
import { expectedNetworks } from '../../src/backbone/expected.js';
import { CATALOGUE } from '../../src/backbone/load/catalogue.js';
import { EMBEDDED, type BackboneRequest } from '../../src/backbone/obtain.js';
import { folderWith } from '../fixtures/folder-with.js';

const home = 'src/backbone';
const { sha256: embedded } = readEmbedded(home);
const { sha256: drawn } = readEmbedded(home, 'embedded-drawn');
const [model] = CATALOGUE.filter(({ sha256 }) => sha256 !== null);
const expected = (request: Partial<BackboneRequest>) =>
  expectedNetworks({ ...EMBEDDED, ...request }, { home, cwd: folderWith({}) });

describe('expectedNetworks', () => {
  it('knows those that come with the program, and those of the catalogue', () => {
    expect(expected({})).toEqual([embedded]);
    expect(expected({ source: model.name })).toEqual([model.sha256]);
    expect(expected({ source: 'auto' })).toEqual(expect.arrayContaining([embedded, drawn, model.sha256]));
  });

  it('knows one whose hash the user gives, and what may take its place', () => {
    const own = { source: './mine', sha256: 'f'.repeat(64) };
    expect(expected(own)).toEqual([own.sha256]);
    expect(expected({ ...own, fallback: true })).toContain(embedded);
  });

  it('cannot know one that nobody has pinned', () => {
    expect(expected({ source: './mine' })).toBeNull();
  });
});
