import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEmbedded } from '../../src/backbone/embedded.js';
import { ModelUnavailable } from '../../src/backbone/errors.js';
import {
  EMBEDDED,
  expectedNetworks,
  loadBackbone,
  loadBackbones,
  type BackboneRequest,
} from '../../src/backbone/load.js';
import { CATALOG } from '../../src/backbone/load/source.js';
import { InputError } from '../../src/problem.js';
import { ModelServer, SHA256 as OTHER_SHA256 } from './load/model-server.js';
import { folderWith } from '../fixtures/folder-with.js';
import { modelFolder } from './model-folder.js';
import { CONFIGS, torchTensors } from './safetensors/torch-model.js';
import { safetensors } from './safetensors/written.js';
import { ABSENCE, SHA256, WIDTHS } from './tfjs/shared-models.js';

const programDir = join(import.meta.dirname, '../../build');
const shared = join(import.meta.dirname, '../../../shared/weights');

function load(change: Partial<BackboneRequest>, cwd = programDir, environment: NodeJS.ProcessEnv = {}) {
  const { signal } = new AbortController();
  return loadBackbone({ ...EMBEDDED, ...change }, { programDir, cwd, signal, environment });
}

describe('loadBackbone', () => {
  it('reads the embedded one without a download', async () => {
    const { pretrained, ...facts } = await load({});
    expect(pretrained).toMatchObject({ name: 'embedded', sizes: { min: 32, max: 96, step: 1 } });
    expect(facts).toEqual({ isCustom: false, format: 'float16', origin: null, pinned: true, incident: null });
  });

  it('reads the one pretrained on drawn images, with our license', async () => {
    const { pretrained, ...facts } = await load({ source: 'embedded-drawn' });
    expect(pretrained).toMatchObject({ name: 'embedded-drawn', licence: 'Apache-2.0' });
    expect(pretrained.data).toMatch(/drawn/);
    expect(facts).toEqual({ isCustom: false, format: 'float16', origin: null, pinned: true, incident: null });
  });

  it('reads a PyTorch model in safetensors from a folder', async () => {
    const cwd = folderWith({
      'net/config.json': JSON.stringify(CONFIGS.timm),
      'net/model.safetensors': safetensors(torchTensors('timm')),
    });
    const { pretrained, ...facts } = await load({ source: './net' }, cwd);
    expect(pretrained).toMatchObject({
      name: 'net',
      licence: null,
      sizes: { min: 64, max: 224, step: 32 },
    });
    expect(pretrained.layers).toHaveLength(27);
    expect(facts).toMatchObject({ isCustom: true, pinned: false, incident: null });
    await expect(load({ source: './net', sha256: 'a'.repeat(64) }, cwd)).rejects.toThrow(pretrained.sha256);
  });

  it('reads a custom model from a folder, not pinned', async () => {
    const { pretrained, ...facts } = await load({ source: './model' }, modelFolder());
    expect(pretrained.layers.map(({ name }) => name)).toEqual(['conv1', 'dw', 'pw']);
    expect(pretrained).toMatchObject({ name: 'model', licence: null });
    expect(facts).toMatchObject({ isCustom: true, pinned: false, incident: null });
    expect(facts.origin).toContain('model');
  });

  it('refuses weights with another hash than the user’s, and names theirs', async () => {
    const cwd = modelFolder();
    const { pretrained } = await load({ source: './model' }, cwd);
    await expect(load({ source: './model', sha256: 'a'.repeat(64) }, cwd)).rejects.toThrow(pretrained.sha256);
    const pinned = await load({ source: './model', sha256: pretrained.sha256 }, cwd);
    expect(pinned.pinned).toBe(true);
  });

  it('uses the embedded one instead of a broken one if allowed, and reports it', async () => {
    const cwd = modelFolder((files) => {
      delete files['model/group1-shard2of2'];
    });
    await expect(load({ source: './model' }, cwd)).rejects.toThrow(InputError);
    const { pretrained, incident } = await load({ source: './model', fallback: true }, cwd);
    expect(pretrained.name).toBe('embedded');
    expect(incident).toMatch(/embedded backbone instead: .*group1-shard2of2/);
  });

  it('does not fall back for an unknown name: that is a mistake, not a failure', async () => {
    await expect(load({ source: 'embeded', fallback: true })).rejects.toThrow('Did you mean "embedded"?');
  });

  it('names a server that cannot be reached, and what to do', async () => {
    const source = 'http://127.0.0.1:9/model.json';
    const failed = load({ source, unpinned: true }, programDir, { HEADSTART_CACHE: modelFolder() });
    await expect(failed).rejects.toThrow(ModelUnavailable);
    await expect(failed).rejects.toThrow(/127\.0\.0\.1:9.*embedded/);
  });

  it('refuses a download whose weights are no model that can be used', async () => {
    const server = await new ModelServer().open();
    try {
      server.serve('/net');
      const source = `http://127.0.0.1:${server.port}/net/model.json`;
      const failed = load({ source, sha256: OTHER_SHA256 }, programDir, { HEADSTART_CACHE: modelFolder() });
      await expect(failed).rejects.toThrow(InputError);
    } finally {
      await server.close();
    }
  });

  it('leaves out with `auto` what cannot be loaded, and reports it', async () => {
    const before = process.env['HTTPS_PROXY'];
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9';
    try {
      const { signal } = new AbortController();
      const environment = { HEADSTART_CACHE: modelFolder() };
      const found = await loadBackbones(
        { ...EMBEDDED, source: 'auto' },
        { programDir, cwd: programDir, signal, environment },
      );
      expect(found.map(({ pretrained }) => pretrained.name)).toEqual(['embedded', 'embedded-drawn']);
      expect(found[1].incident).toBeNull();
      expect(found[0].incident).toMatch(/not ranked: .*0\.25.*0\.75/);
    } finally {
      if (before === undefined) delete process.env['HTTPS_PROXY'];
      else process.env['HTTPS_PROXY'] = before;
    }
  });

  (ABSENCE === '' ? it : it.skip).each(WIDTHS)(
    `knows MobileNet %s by its hash, wherever it lies${ABSENCE}`,
    async (width) => {
      const found = await load({ source: join(shared, `mobilenet_v1_${width}_224`) });
      expect(found).toMatchObject({ isCustom: false, pinned: true });
      expect(found.pretrained).toMatchObject({
        name: `mobilenet_v1_${width}_224`,
        sha256: SHA256[width],
        licence: 'Apache-2.0',
      });
    },
  );
});

const { sha256: embedded } = readEmbedded(programDir);
const { sha256: drawn } = readEmbedded(programDir, 'embedded-drawn');
const [model] = CATALOG.filter(({ sha256 }) => sha256 !== null);
const expected = (request: Partial<BackboneRequest>) =>
  expectedNetworks({ ...EMBEDDED, ...request }, { programDir, cwd: folderWith({}) });

describe('expectedNetworks', () => {
  it('knows the embedded ones and those of the catalog', () => {
    expect(expected({})).toEqual([embedded]);
    expect(expected({ source: model.name })).toEqual([model.sha256]);
    expect(expected({ source: 'auto' })).toEqual(expect.arrayContaining([embedded, drawn, model.sha256]));
  });

  it('knows one whose hash the user gives, and its fallback', () => {
    const own = { source: './mine', sha256: 'f'.repeat(64) };
    expect(expected(own)).toEqual([own.sha256]);
    expect(expected({ ...own, fallback: true })).toContain(embedded);
  });

  it('does not know one without a hash', () => {
    expect(expected({ source: './mine' })).toBeNull();
  });
});
