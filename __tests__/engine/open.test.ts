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
    throw new EngineUnavailable('tfjs-node is not installed beside Headstart.');
  },
};

describe('opening an engine', () => {
  it.each([
    ['auto', both, 'tensorflow', 'TensorFlow is installed and is the faster.'],
    [
      'auto',
      wasmOnly,
      'wasm',
      'The embedded engine is used: tfjs-node is not installed beside Headstart. The engine auto installs nothing.',
    ],
    ['tensorflow', both, 'tensorflow', 'TensorFlow was asked for.'],
    ['wasm', both, 'wasm', 'The embedded engine was asked for.'],
    ['wasm', wasmOnly, 'wasm', 'The embedded engine was asked for.'],
  ] as const)('%s', (choice, makers, name, reason) => {
    const opened = openEngine(choice, makers);
    expect([opened.engine.name, opened.reason]).toEqual([name, reason]);
  });

  it('does not load TensorFlow when the embedded engine is asked for', () => {
    const makers = {
      ...both,
      tensorflow: () => {
        throw new Error('loaded');
      },
    };
    expect(openEngine('wasm', makers).engine.name).toBe('wasm');
  });

  it('is an input error with a remedy when TensorFlow is asked for and absent', () => {
    expect(() => openEngine('tensorflow', wasmOnly)).toThrow(InputError);
    expect(() => openEngine('tensorflow', wasmOnly)).toThrow(
      /^The engine tensorflow was asked for\. tfjs-node is not installed beside Headstart\. Install it .*engine `auto` or `wasm`\.$/,
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
