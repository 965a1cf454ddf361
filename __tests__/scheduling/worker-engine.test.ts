import { describe, expect, it } from '@jest/globals';
import { InputError } from '../../src/problem.js';
import type { OpenedEngine, Setup } from '../../src/scheduling/worker-messages.js';
import { type Pool, WorkerLost } from '../../src/scheduling/pool.js';
import { engineOfWorkers } from '../../src/scheduling/worker-engine.js';

const embedded: OpenedEngine = { name: 'wasm', version: '1', reason: 'The embedded engine is used: so.' };
const native: OpenedEngine = {
  name: 'tensorflow',
  version: '2',
  reason: 'TensorFlow is installed and is the faster.',
};

/** A pool whose workers answer so, or are lost as they open any engine but the embedded. */
function pool(answer: OpenedEngine | 'crash', closed = false): Pool {
  let choice = '';
  const run = () =>
    answer !== 'crash'
      ? Promise.resolve(answer)
      : choice === 'wasm'
        ? Promise.resolve(embedded)
        : Promise.reject(new WorkerLost('SIGSEGV'));
  return {
    size: 1,
    prepare: (setup: Setup) => void (choice = 'engine' in setup ? setup.engine : choice),
    run,
    abandon: () => undefined,
    close: () => undefined,
    closed: () => closed,
    losses: () => [],
  };
}

const auto = { home: '', engine: 'auto' } as const;
const asked = { home: '', engine: 'tensorflow' } as const;

describe('the engine of the workers', () => {
  it('has the reason of what became of the native pack, when that is why', async () => {
    const notWorth = { engine: 'wasm', reason: 'It would not pay.' } as const;
    expect(await engineOfWorkers(pool(embedded), auto)).toEqual(embedded);
    expect(await engineOfWorkers(pool(embedded), auto, notWorth)).toEqual({
      ...embedded,
      ...{ reason: 'It would not pay.' },
    });
    expect(await engineOfWorkers(pool(native), auto, notWorth)).toEqual(native);
  });

  it('is the embedded one when TensorFlow ends the worker that loads it', async () => {
    expect(await engineOfWorkers(pool('crash'), auto)).toEqual({
      ...embedded,
      reason: 'The embedded engine is used: The native addon of tfjs-node ends the process that loads it.',
    });
  });

  it('is an input error when TensorFlow was asked for and crashes or is absent', async () => {
    await expect(engineOfWorkers(pool('crash'), asked)).rejects.toThrow(InputError);
    const absent = { absent: { file: '', message: 'Not there.', remedy: 'Get it.' } };
    await expect(engineOfWorkers(pool(absent), asked)).rejects.toThrow('Not there. Get it.');
    const provision = { engine: 'wasm', reason: 'The native pack could not be built. So.' } as const;
    await expect(engineOfWorkers(pool(absent), asked, provision)).rejects.toThrow(
      'The engine tensorflow was asked for. The native pack could not be built. So. Get it.',
    );
  });

  it('hides no loss that has another cause', async () => {
    await expect(engineOfWorkers(pool('crash', true), auto)).rejects.toThrow(WorkerLost);
  });
});
