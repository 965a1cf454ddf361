import { describe, expect, it } from '@jest/globals';
import { typedCommand } from '../../src/cli/options.js';

const typed = (...words: string[]) =>
  typedCommand(['/usr/bin/node', '/srv/headstart/dist/cli.js', ...words], '/srv/photos');

describe('the command that was typed', () => {
  it('has the program as it is called from here', () => {
    expect(typed('probe', '.')).toEqual(['node', '../headstart/dist/cli.js', 'probe', '.']);
    expect(typedCommand(['/usr/bin/node', '/usr/bin/headstart', 'probe'], '/')).toEqual([
      'headstart',
      'probe',
    ]);
  });

  it.each([
    [['probe', 'a b', '--budget', '40s', '--seed', '3', '--json']],
    [['probe', 'a b', '--budget=40s', '--quiet', '--seed', '3']],
  ])('has all but the budget and what is printed: %j', (words) => {
    expect(typed(...words).slice(2)).toEqual(['probe', 'a b', '--seed', '3']);
  });
});
