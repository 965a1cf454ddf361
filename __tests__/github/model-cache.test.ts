import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EMBEDDED } from '../../src/backbone/load.js';
import { type CacheService, restoreModelCache } from '../../src/github/actions-cache.js';
import { folderWith } from '../fixtures/folder-with.js';

/** A service that remembers what it was asked, and a runner whose tool cache is empty. */
function runner() {
  const asked: unknown[][] = [];
  const service: CacheService = {
    isFeatureAvailable: () => true,
    restoreCache: (...args) => Promise.resolve((asked.push(['restore', ...args]), undefined)),
    saveCache: (...args) => Promise.resolve((asked.push(['save', ...args]), 1)),
  };
  const tools = folderWith({});
  const restore = (source: string, sha256: string | null = null) =>
    restoreModelCache({
      service,
      backbone: { ...EMBEDDED, source, sha256 },
      cwd: folderWith({ 'net/model.json': '{}' }),
      environment: { RUNNER_TOOL_CACHE: tools },
      warn: (message) => void asked.push(['warn', message]),
    });
  return { asked, restore, folder: join(tools, 'headstart', 'models') };
}

describe('restoreModelCache', () => {
  it('restores and saves the folder of downloads, under one key for a source and its hash', async () => {
    const { asked, restore, folder } = runner();
    const cache = (await restore('mobilenet_v1_0.25_224'))!;
    expect(cache.folder).toBe(folder);
    const [[, paths, key, prefixes]] = asked;
    expect([paths, prefixes]).toEqual([[folder], []]);
    expect(key).toMatch(/^headstart-model-[0-9a-f]{16}$/);
    await cache.save();
    expect(asked).toHaveLength(1);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'model.json'), '{}');
    await cache.save();
    expect(asked[1]).toEqual(['save', [folder], key]);
  });

  it('keeps other sources and hashes apart', async () => {
    const keys = new Set<unknown>();
    for (const [source, hash] of [
      ['hf://some/net', null],
      ['hf://some/net', 'a'.repeat(64)],
      ['auto', null],
    ] as const) {
      const { asked, restore } = runner();
      await restore(source, hash);
      keys.add(asked[0][2]);
    }
    expect(keys.size).toBe(3);
  });

  it.each(['embedded', 'embedded-drawn', './net', 'imbedded'])('has nothing to do for %s', async (source) => {
    const { asked, restore } = runner();
    expect(await restore(source)).toBeNull();
    expect(asked).toEqual([]);
  });

  it('leaves alone what the runner has kept', async () => {
    const { asked, restore, folder } = runner();
    mkdirSync(folder, { recursive: true });
    expect(await restore('auto')).toBeNull();
    expect(asked).toEqual([]);
  });
});
