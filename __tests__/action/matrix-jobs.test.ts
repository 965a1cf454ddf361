import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ActionInputs } from '../../src/action/inputs.js';
import { workQuietly } from '../../src/action/matrix-jobs.js';
import { installEngine } from '../../src/scheduling/worker-engine.js';
import type { ProbeRequest } from '../../src/pipeline/run.js';

const environment = process.env;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headstart-quietly-'));
  process.env = {
    ...environment,
    HEADSTART_TENSORFLOW: '',
    RUNNER_TOOL_CACHE: folder,
    XDG_CACHE_HOME: folder,
  };
});
afterEach(() => {
  process.env = environment;
  rmSync(folder, { recursive: true, force: true });
});

/** What came of installing the native pack, where nothing is installed and nothing can be built. */
async function installedFor(engine: ActionInputs['engine']) {
  const inputs = { cache: false, engine } as ActionInputs;
  // As a plan of another machine has it.
  const request = { engine: 'tensorflow' } as ProbeRequest;
  const program = join(folder, 'dist', 'index.js');
  const { result } = await workQuietly(inputs, program, request, (context) =>
    installEngine(request.engine, context, () => undefined),
  );
  return result;
}

describe('a shard whose plan was made with TensorFlow', () => {
  it('installs nothing unless its own input asks for TensorFlow', async () => {
    expect(await installedFor('auto')).toBeNull();
    expect(await installedFor('wasm')).toBeNull();
    expect(await installedFor('tensorflow')).toMatchObject({ engine: 'wasm' });
  });
});
