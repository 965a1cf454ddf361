import { describe, expect, it } from '@jest/globals';
import { folderWith } from '../fixtures/folder-with.js';
import { headstart } from './headstart.js';

describe('--help', () => {
  const commands = [[], ['probe'], ['inspect'], ['analyze'], ['render'], ['engine', 'install']];

  it.each(commands)(
    'of %s %s has examples that begin as people type them, and the exit codes',
    async (...words) => {
      const { code, out, errors } = await headstart([...words, '--help']);
      expect([code, errors]).toEqual([0, '']);
      const examples = out.split('\nExamples:\n')[1].split('\n\n')[0].split('\n');
      expect(examples.length).toBeGreaterThan(1);
      for (const example of examples) expect(example).toMatch(new RegExp(`^  headstart ${words.join(' ')}`));
      expect(out).toMatch(/\nExit codes:\n {2}0 .*\n {2}1 .*\n(?: {5}.*\n)* {2}2 .*\n$/);
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  it('gives defaults and choices as people type them', async () => {
    const { out } = await headstart(['probe', '--help']);
    const text = out.replace(/\s+/g, ' ');
    expect(text).toMatch(/--budget <time> wall-clock[^(]*\(default: 5m\)/);
    expect(text).toContain('(default: headstart-report)');
    expect(text).toContain('(auto, tensorflow, wasm; default: auto)');
    expect(text).not.toMatch(/\b300\b|"/);
  });
});

describe('an error', () => {
  const folder = folderWith({
    'dataset.yaml': 'schema: headstart/v1\nimage: { size: big }\nname: 7\n',
    'broken.json': '{',
    'photo.jpg': '\x00',
    'cats/1.png': '',
  });

  it.each([
    ['of an option', ['probe', '--bugdet', '5m'], 2],
    ['of a value', ['probe', '--budget', 'soon'], 2],
    ['of a choice', ['probe', '--engine', 'abacus'], 2],
    ['of a command', ['prob'], 2],
    ['of an argument too many', ['probe', 'a', 'b'], 2],
    ['of an argument that is missing', ['analyze'], 2],
    ['of a path', ['probe', 'nowhere', '--quiet'], 2],
    ['of a manifest', ['inspect', '.', '--quiet'], 2],
    ['of a file that is no dataset', ['inspect', 'photo.jpg', '--quiet'], 2],
    ['of JSON', ['render', 'broken.json'], 2],
    ['of a pack', ['engine', 'install', '--from', 'broken.json', '--sha256', '0'.repeat(64)], 1],
    ['of two options', ['engine', 'install', '--from', 'broken.json'], 2],
  ])('%s begins with the same word', async (_, args, expected) => {
    const { code, errors } = await headstart(args, { cwd: folder });
    expect(code).toBe(expected);
    expect(errors).toMatch(/^error: \S/);
    // Every problem has it; what commander adds to its own stands in brackets.
    for (const line of errors.trimEnd().split('\n')) expect(line).toMatch(/^(?:error: \S|\(Did you mean )/);
  });
});
