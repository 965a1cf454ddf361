import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderComment } from '../../src/report/render/comment.js';
import { renderMarkdown } from '../../src/report/render/markdown.js';
import type { Report } from '../../src/report/types.js';
import { nextBudget, nextCommand, nextSentence } from '../../src/report/sections/next-steps.js';
import { renderTerminal } from '../../src/report/render/terminal.js';
import { aContext, aReport, startedBy } from './fixture.js';
import { foreignTags, html } from './page.js';

const probeOf = (path: string): Report => startedBy(['node', 'dist/cli.js', 'probe', path]);

describe('the next command', () => {
  it('is the one that was typed, with a budget for what was measured and the next experiment', () => {
    expect(nextBudget(aReport())).toBeCloseTo(1.2 * (300 + 2280), 6);
    expect(nextCommand(probeOf('data'))).toBe('node dist/cli.js probe data --budget 52m');
    const typed = startedBy(['headstart', 'probe', '.', '--seed', '3', '--cache', 'kept']);
    expect(nextCommand(typed)).toBe('headstart probe . --seed 3 --cache kept --budget 52m');
  });

  it('comes back from a shell as it was, whatever the path is', () => {
    const paths = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc
        .array(
          fc.constantFrom("'", '"', '$(id)', '`id`', '; rm', '\\', '!', '*', '~', '--', '&', '|', 'a b'),
          {
            minLength: 1,
            maxLength: 6,
          },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(paths, (path) => {
        const command = nextCommand(probeOf(path));
        if (command === null) return;
        const script = `node() { printf '%s\\0' "$@"; }\n${command}`;
        const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
        expect(words).toEqual(['dist/cli.js', 'probe', path, '--budget', '52m', '']);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['a\nb', 'a\u001b[2Jb', 'a\u202eb', 'two  blanks', '##[error]'])(
    'is not given where %j could not be shown as it is',
    (path) => {
      const report = probeOf(path);
      expect(nextCommand(report)).toBeNull();
      expect(renderMarkdown(report)).toMatch(/budget of `52m`/u);
    },
  );

  it.each([['sh', '-c', 'id'], ['node', '-e', 'id'], ['node', 'cli.js', 'bot'], ['headstart', 'bot'], []])(
    'is none but a probe: %s %s %s',
    (...words) => {
      expect(nextCommand(startedBy(words))).toBeNull();
    },
  );

  it('stays text in the report, and is no part of a comment', () => {
    const report = probeOf('<img src=x> ``` [a](//b) @me');
    const text = renderMarkdown(report);
    expect(text).toContain("```sh\nnode dist/cli.js probe '<img src=x> ``` [a](//b) @me' --budget 52m\n```");
    expect(foreignTags(html(text)).filter((tag) => tag === 'img')).toEqual([]);
    for (const listens of [true, false])
      expect(renderComment(report, { ...aContext, listens })).not.toContain('cli.js');
  });

  it('stands whole on a line of a terminal of any width', () => {
    for (const width of [40, 80])
      expect(renderTerminal(probeOf('data'), { width, color: false })).toMatch(
        /^ {2}node dist\/cli\.js probe data --budget 52m$/mu,
      );
  });

  it('is not given where more time is not what is missing', () => {
    const { verdict } = aReport();
    const next = { ...verdict!.nextExperiment!, strategy: null, description: 'Test on more images' };
    for (const nextExperiment of [next, null])
      expect(nextCommand({ ...probeOf('data'), verdict: { ...verdict!, nextExperiment } })).toBeNull();
  });
});

describe('the next experiment', () => {
  it('has its odds, unless predictions are too far to state', () => {
    const { verdict } = aReport();
    const said = (report: Report) => nextSentence(report, (text) => text);
    expect(said(aReport())).toContain('40 % chance');
    expect(said(aReport({ verdict: { ...verdict!, extrapolation: 17 } }))).not.toContain('chance');
  });
});
