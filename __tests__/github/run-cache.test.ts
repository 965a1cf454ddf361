import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type CacheService, restoreRunCache } from '../../src/github/actions-cache.js';
import { folderWith } from '../fixtures/folder-with.js';

/** A service that remembers what it was asked. */
function service(changes: Partial<CacheService> = {}) {
  const asked: unknown[][] = [];
  const fake: CacheService = {
    isFeatureAvailable: () => true,
    restoreCache: (...args) => Promise.resolve((asked.push(['restore', ...args]), undefined)),
    saveCache: (...args) => Promise.resolve((asked.push(['save', ...args]), 1)),
    ...changes,
  };
  return { fake, asked };
}

const open = (
  fake: CacheService,
  warnings: string[] = [],
  settings: unknown = { path: '.' },
  writable = true,
) => {
  const folder = join(folderWith({}), 'cache');
  const warn = (message: string) => void warnings.push(message);
  const run = { version: '1.2.3', runId: '77-1', writable };
  return restoreRunCache({ service: fake, folder, settings, ...run, warn });
};

describe('restoreRunCache', () => {
  it('looks for the latest cache of the same settings and saves under a key of its own', async () => {
    const { fake, asked } = service();
    const cache = (await open(fake))!;
    mkdirSync(cache.folder);
    writeFileSync(join(cache.folder, 'trials.json'), '{}');
    await cache.save();
    const [[, , key, prefixes], [, paths, saved]] = asked as [unknown[], unknown[]];
    expect(key).toMatch(/^headstart-1\.2\.3-.*-77-1$/);
    expect(prefixes).toEqual([String(key).slice(0, -'77-1'.length)]);
    expect([paths, saved]).toEqual([[cache.folder], key]);
  });

  it('keeps other settings apart', async () => {
    const [one, other] = [service(), service()];
    await open(one.fake);
    await open(other.fake, [], { path: 'other' });
    expect(one.asked[0][2]).not.toBe(other.asked[0][2]);
  });

  it('saves nothing when nothing was written', async () => {
    const { fake, asked } = service({
      restoreCache: ([folder]) => {
        mkdirSync(folder);
        writeFileSync(join(folder, 'trials.json'), '{}');
        return Promise.resolve('key');
      },
    });
    await (await open(fake))!.save();
    expect(asked).toEqual([]);
  });

  it('restores and saves nothing where GitHub takes no writes', async () => {
    const { fake, asked } = service();
    const warnings: string[] = [];
    const cache = (await open(fake, warnings, {}, false))!;
    mkdirSync(cache.folder);
    writeFileSync(join(cache.folder, 'trials.json'), '{}');
    await cache.save();
    expect(asked.map(([what]) => what)).toEqual(['restore']);
    expect(warnings).toEqual([]);
  });

  it('warns when the service fails, and goes on', async () => {
    const { fake } = service({
      restoreCache: () => Promise.reject(new Error('503')),
      saveCache: () => Promise.reject(new Error('denied')),
    });
    const warnings: string[] = [];
    const cache = (await open(fake, warnings))!;
    mkdirSync(cache.folder);
    writeFileSync(join(cache.folder, 'trials.json'), '{}');
    await cache.save();
    expect(warnings).toEqual([
      'The cache could not be restored: 503',
      'The cache could not be saved: denied',
    ]);
  });

  it('is left out where there is no service', async () => {
    expect(await open(service({ isFeatureAvailable: () => false }).fake)).toBeNull();
  });
});
