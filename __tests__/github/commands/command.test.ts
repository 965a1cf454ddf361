import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BACKBONES, MAX_COMMAND_LENGTH, parseCommand } from '../../../src/github/commands/command.js';

describe('parseCommand', () => {
  it.each([
    ['/headstart probe', { kind: 'probe', options: {} }],
    ['  /Headstart  PROBE  ', { kind: 'probe', options: {} }],
    ['/headstart probe budget=40s', { kind: 'probe', options: { budgetSeconds: 40 } }],
    [
      '/headstart probe budget=1h strategies=frozen,scratch engine=wasm',
      { kind: 'probe', options: { budgetSeconds: 3600, strategies: ['frozen', 'scratch'], engine: 'wasm' } },
    ],
    ['/headstart probe strategies=scratch,scratch', { kind: 'probe', options: { strategies: ['scratch'] } }],
    ['/headstart probe backbone=Embedded-Drawn', { kind: 'probe', options: { backbone: 'embedded-drawn' } }],
    [
      '/headstart probe @0123ABC backbone=mobilenet_v1_0.25_224',
      { kind: 'probe', options: { backbone: 'mobilenet_v1_0.25_224' }, commit: '0123abc' },
    ],
    ['/headstart explain', { kind: 'explain' }],
    ['/headstart Inspect', { kind: 'inspect' }],
    ['/headstart cancel\t', { kind: 'cancel' }],
    ['/headstart help', { kind: 'help' }],
    ['/headstart help me', { kind: 'help' }],
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
    ['/headstart probe @main', '`@main` is not a commit.'],
    ['/headstart probe @012345', '`@012345` is not a commit.'],
    ['/headstart explain everything', '`explain` takes no arguments'],
    ...[
      './models/mine',
      '/etc/passwd',
      'models',
      'https://example.com/model.json',
      'hf://owner/model',
      'mobilenet_v1_0.50_224',
      '',
    ].map((source) => [
      `/headstart probe backbone=${source}`,
      `A comment may not name the backbone \`${source}\``,
    ]),
  ])('%j is not understood: %s', (line, problem) => {
    expect(parseCommand(line)).toMatchObject({
      kind: 'unknown',
      problem: expect.stringContaining(problem) as unknown,
    });
  });

  it('takes nothing from a comment that the workflow has not made safe, whatever is written', () => {
    const word = fc.oneof(
      fc.constantFrom('budget=1m', 'strategies=frozen', 'engine=wasm', '@0123abc', 'backbone=auto'),
      fc
        .constantFrom('backbone=', 'backbone=../', 'backbone=hf://', '@', '@0123')
        .chain((start) => fc.string().map((end) => start + end)),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const command = parseCommand(`/headstart probe ${words.join(' ')}`);
        if (command.kind !== 'probe') return;
        const { budgetSeconds = 5, backbone = 'auto' } = command.options;
        expect(budgetSeconds).toBeGreaterThanOrEqual(5);
        expect(BACKBONES).toContain(backbone);
        expect(command.commit ?? '0123abc').toMatch(/^[0-9a-f]{7,64}$/u);
      }),
    );
  });

  it('reads a bounded part of a line', () => {
    const far = `/headstart probe ${' '.repeat(MAX_COMMAND_LENGTH)}nonsense`;
    expect(parseCommand(far)).toEqual({ kind: 'probe', options: {} });
    const { problem } = parseCommand(`/headstart ${'x'.repeat(1e6)}`) as { problem: string };
    expect(problem.length).toBeLessThan(2 * MAX_COMMAND_LENGTH);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseCommand(`/headstart probe ${text}`).kind).toMatch(/^(?:probe|unknown)$/u);
      }),
    );
  });
});
