import { describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/contract.js';
import { openEngine } from '../../src/engine/open.js';
import { EngineUnavailable } from '../../src/engine/tensorflow/load.js';
import { InputError } from '../../src/problem.js';

function named(name: Engine['name']): Engine {
  const unused = () => {
    throw new Error('not asked for');
  };
  return { name, version: '0', model: unused, linear: unused };
}

const both = { wasm: () => named('wasm'), tensorflow: () => named('tensorflow') };
const wasmOnly = {
  ...both,
  tensorflow: () => {
    throw new EngineUnavailable('tfjs-node is not installed with Headstart.');
  },
};

describe('opening an engine', () => {
  it.each([
    ['auto', both, 'tensorflow', 'TensorFlow is installed'],
    ['auto', wasmOnly, 'wasm', 'tfjs-node is not installed with Headstart. Engine `auto` installs nothing.'],
    ['tensorflow', both, 'tensorflow', 'requested'],
    ['wasm', both, 'wasm', 'requested'],
    ['wasm', wasmOnly, 'wasm', 'requested'],
  ] as const)('%s', (choice, factories, name, reason) => {
    const opened = openEngine(choice, factories);
    expect(opened.engine.name).toBe(name);
    expect(opened.reason).toContain(reason);
  });

  it('does not load TensorFlow when the embedded engine is asked for', () => {
    const factories = {
      ...both,
      tensorflow: () => {
        throw new Error('loaded');
      },
    };
    expect(openEngine('wasm', factories).engine.name).toBe('wasm');
  });

  it('is an input error with a remedy when TensorFlow is asked for and absent', () => {
    expect(() => openEngine('tensorflow', wasmOnly)).toThrow(InputError);
    expect(() => openEngine('tensorflow', wasmOnly)).toThrow(
      /tfjs-node is not installed .* Install it .*`auto` or `wasm`\.$/,
    );
  });

  it('lets other errors through: a defect is not an absence', () => {
    const broken = {
      ...both,
      tensorflow: () => {
        throw new TypeError('defect');
      },
    };
    expect(() => openEngine('auto', broken)).toThrow(TypeError);
  });

  it('opens the embedded engine for real', () => {
    expect(openEngine('wasm').engine.name).toBe('wasm');
  });
});
