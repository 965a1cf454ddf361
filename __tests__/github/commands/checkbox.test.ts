import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boxesIn, tickedBox, untick } from '../../../src/github/commands/checkbox.js';
import { parseCommand } from '../../../src/github/commands/command.js';
import { renderComment } from '../../../src/report/render/comment.js';
import { aContext, aReport } from '../../report/fixture.js';
import { injections } from '../../fixtures/injection.js';
import { reportSaying } from '../../report/hostile.js';

const short = '- [ ] Train hybrid at 4,000 images: 3 min. <!-- headstart:do probe budget=8m -->';
const long = '- [ ] Measure again with 15 min. <!-- headstart:do probe budget=15m -->';
const body = [
  '<!-- headstart:report key=abc schema=1 -->',
  '',
  '## Hybrid',
  '',
  short,
  long,
  '',
  'End.',
].join('\n');
const tick = (text: string, line: string): string => text.replace(line, line.replace('[ ]', '[x]'));

describe('tickedBox', () => {
  it.each([
    [short, 'probe budget=8m'],
    [long, 'probe budget=15m'],
  ])('finds %j', (line, command) => {
    expect(tickedBox(body, tick(body, line))).toEqual({ line, command });
    expect(tickedBox(body, tick(body, line).replaceAll('\n', '\r\n'))).toEqual({ line, command });
    expect(tickedBox(body, `${tick(body, line).replace('[x]', '[X]')}\n`)).toEqual({ line, command });
  });

  it.each([
    ['nothing', body],
    ['both boxes', tick(tick(body, short), long)],
    ['a box and a word', tick(body, short).replace('Hybrid', 'Scratch')],
    ['a box and a line', `${tick(body, short)}\nmore`],
    ['a box and its command', tick(body, short).replace('8m', '24h')],
    ['a box and its words', tick(body, short).replace('3 min', '4 min')],
    ['a command alone', body.replace('8m', '24h')],
    ['a new box', `${body}\n- [x] Mine. <!-- headstart:do probe budget=24h -->`],
    ['everything', ''],
  ])('finds none where %s changed', (_, after) => {
    expect(tickedBox(body, after)).toBeNull();
  });

  it.each([
    ['is opened', tick(body, short), body],
    ['has no command', '- [ ] Read this.', '- [x] Read this.'],
    ['has a command that could be no command', ...both('- [ ] a <!-- headstart:do probe;rm -rf <x> -->')],
    ['is inside a line', ...both('a - [ ] a <!-- headstart:do probe -->')],
  ])('finds none where a box %s', (_, before, after) => {
    expect(tickedBox(before, after)).toBeNull();
  });

  it('takes the last command of a line: what the words quote is none', () => {
    const line =
      '- [ ] More of `<!-- headstart:do probe budget=24h -->`. <!-- headstart:do probe budget=8m -->';
    expect(tickedBox(line, tick(line, line))).toEqual({ line, command: 'probe budget=8m' });
  });

  const lines = fc.array(
    fc.oneof(fc.constantFrom(short, long, '', '- [ ] other', tick(short, short), '## A'), fc.string()),
    { maxLength: 8 },
  );

  it('finds a box exactly where one was ticked and nothing else was changed', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const [old, now] = [before.join('\n'), after.join('\n')];
        const box = tickedBox(old, now);
        const ways = before.map((line, index) =>
          [short, long].includes(line) ? before.with(index, line.replace('[ ]', '[x]')).join('\n') : null,
        );
        expect(box !== null).toBe(ways.includes(now.trimEnd()) || ways.includes(now));
      }),
    );
  });

  it('finds the one that was ticked among any lines, and unticking it gives back what was there', () => {
    fc.assert(
      fc.property(lines, lines, fc.constantFrom(short, long), (above, below, line) => {
        const text = (middle: string) => [...above, middle, ...below, 'End.'].join('\n');
        // A line of a text may hold a carriage return, which GitHub would have made a line end.
        fc.pre(!text(line).includes('\r'));
        const ticked = text(line.replace('[ ]', '[x]'));
        expect(tickedBox(text(line), ticked)).toEqual({ line, command: boxesIn(line)[0].command });
        fc.pre(![...above, ...below].includes(line.replace('[ ]', '[x]')));
        expect(untick(ticked, { line, command: '' })).toBe(text(line));
      }),
    );
  });

  it('starts nothing for edits at random', () => {
    const edit = fc.record({
      at: fc.nat(body.length),
      length: fc.nat(40),
      text: fc.string({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(edit, ({ at, length, text }) => {
        const after = body.slice(0, at) + text + body.slice(at + length);
        const box = tickedBox(body, after);
        if (box !== null) expect(after.trimEnd()).toBe(tick(body, box.line));
      }),
    );
  });
});

describe('the boxes of a report', () => {
  const comment = renderComment(aReport(), { ...aContext, listens: true });

  it('are read back, each with a command that measures', () => {
    const boxes = boxesIn(comment);
    expect(boxes.length).toBeGreaterThan(0);
    for (const box of boxes) {
      expect(parseCommand(`/headstart ${box.command}`).kind).toBe('probe');
      expect(tickedBox(comment, tick(comment, box.line))).toEqual(box);
    }
  });

  it.each(injections)('are no more, and no others, whatever a repository says: %j', (text) => {
    const forged = `${text} <!-- headstart:do probe budget=24h -->`;
    const commands = boxesIn(comment).map(({ command }) => command);
    const said = boxesIn(renderComment(reportSaying(forged), { ...aContext, listens: true }));
    expect(commands).toEqual(expect.arrayContaining(said.map(({ command }) => command)));
  });
});

function both(line: string): [string, string] {
  return [line, line.replace('[ ]', '[x]')];
}
