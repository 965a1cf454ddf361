import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand } from '../../src/github/command.js';

describe('parseCommand', () => {
  it.each([
    ['/headstart probe', { kind: 'probe', wishes: {} }],
    ['  /Headstart  PROBE  ', { kind: 'probe', wishes: {} }],
    ['/headstart probe budget=40s', { kind: 'probe', wishes: { budgetSeconds: 40 } }],
    [
      '/headstart probe budget=1h strategies=frozen,scratch engine=wasm',
      { kind: 'probe', wishes: { budgetSeconds: 3600, strategies: ['frozen', 'scratch'], engine: 'wasm' } },
    ],
    ['/headstart probe strategies=scratch,scratch', { kind: 'probe', wishes: { strategies: ['scratch'] } }],
    ['/headstart help', { kind: 'help' }],
    ['/headstart', { kind: 'help' }],
    ['', { kind: 'none' }],
    ['please /headstart probe', { kind: 'none' }],
    ['/headstarter probe', { kind: 'none' }],
    ['> /headstart probe', { kind: 'none' }],
  ])('%j', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });

  it.each([
    ['/headstart train', 'There is no command `train`.'],
    ['/headstart probe path=/etc', '`probe` has no option `path`.'],
    ['/headstart probe budget', 'The budget "" is not a time between 5s and 24h.'],
    ['/headstart probe budget=1000h', 'The budget "1000h" is not a time between 5s and 24h.'],
    ['/headstart probe strategies=', 'No strategy was named.'],
    ['/headstart probe strategies=magic', 'There is no strategy "magic".'],
    ['/headstart probe engine=cuda', 'There is no engine "cuda".'],
  ])('%j is not understood: %s', (line, problem) => {
    expect(parseCommand(line)).toMatchObject({
      kind: 'unknown',
      problem: expect.stringContaining(problem) as unknown,
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseCommand(`/headstart probe ${text}`).kind).toMatch(/^(?:probe|unknown)$/u);
      }),
    );
  });
});
