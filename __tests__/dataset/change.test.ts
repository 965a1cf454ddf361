import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareDatasets, isUnchanged, type ComparedImage } from '../../src/dataset/change.js';

const image = (path: string, content: string, label = 'a', split: ComparedImage['split'] = null) => ({
  path,
  content,
  label,
  split,
  group: null,
});
const compare = (before: ComparedImage[] | null, now: ComparedImage[], settings = ['', '']) =>
  compareDatasets(
    before === null ? null : { images: before, settings: settings[0] },
    { images: now, settings: settings[1] },
    'base',
  );

describe('what a pull request does to a dataset', () => {
  it('counts images added, removed and edited in place', () => {
    const change = compare(
      [image('1', 'x'), image('2', 'y'), image('3', 'z')],
      [image('1', 'x'), image('2', 'other'), image('4', 'w'), image('5', 'v')],
    );
    expect(change).toMatchObject({ before: 3, now: 4, added: 2, removed: 1, edited: 1, renamed: 0 });
    expect(isUnchanged(change)).toBe(false);
  });

  it('sees the same images under new names as unchanged', () => {
    const change = compare(
      [image('old/1', 'x'), image('old/2', 'x')],
      [image('new/1', 'x'), image('new/2', 'x')],
    );
    expect(change).toMatchObject({ added: 0, removed: 0, edited: 0, renamed: 2, testChanged: false });
    expect(isUnchanged(change)).toBe(true);
  });

  it('says from which class to which an image went, though its path went along', () => {
    const change = compare(
      [image('a/1', 'x', 'a'), image('a/2', 'y', 'a'), image('b/3', 'z', 'b')],
      [image('b/1', 'x', 'b'), image('b/2', 'y', 'b'), image('a/3', 'z', 'a')],
    );
    expect(change.relabelled).toEqual([
      { from: 'a', to: 'b', count: 2 },
      { from: 'b', to: 'a', count: 1 },
    ]);
    expect(change).toMatchObject({ added: 0, removed: 0, edited: 0, renamed: 0 });
  });

  it('says which images went to another split, and that scores do not compare then', () => {
    const change = compare(
      [image('1', 'x', 'a', 'test'), image('2', 'y', 'a', 'train')],
      [image('1', 'x', 'a', 'train'), image('2', 'y', 'a', 'train')],
    );
    expect(change.moved).toEqual([{ from: 'test', to: 'train', count: 1 }]);
    expect(change.testChanged).toBe(true);
  });

  it('keeps a test set of the user’s own apart from changes to the rest', () => {
    const test = image('1', 'x', 'a', 'test');
    expect(compare([test], [test, image('2', 'y', 'a', 'train')]).testChanged).toBe(false);
    expect(compare([test], [test, image('2', 'y', 'a', 'test')]).testChanged).toBe(true);
    expect(compare([image('1', 'x')], [image('1', 'x'), image('2', 'y')]).testChanged).toBeNull();
  });

  it('counts other settings as a change, and a new dataset as all added', () => {
    expect(isUnchanged(compare([image('1', 'x')], [image('1', 'x')], ['32', '64']))).toBe(false);
    expect(compare(null, [image('1', 'x')], ['', '64'])).toMatchObject({
      before: 0,
      added: 1,
      settings: false,
    });
  });

  const images = fc.array(
    fc.record({
      path: fc.constantFrom('1', '2', '3', '4', '5', '6'),
      content: fc.constantFrom('u', 'v', 'w', 'x'),
      label: fc.constantFrom('a', 'b'),
      split: fc.constantFrom('train' as const, 'test' as const, null),
      group: fc.constantFrom('g', null),
    }),
    { maxLength: 8 },
  );

  it('loses and invents no image', () => {
    fc.assert(
      fc.property(images, images, (before, now) => {
        const change = compare(before, now);
        expect(change.now - change.added).toBe(change.before - change.removed);
        const back = compare(now, before);
        expect([back.added, back.removed]).toEqual([change.removed, change.added]);
        expect(change.relabelled.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(
          change.now - change.added,
        );
      }),
    );
  });

  it('finds no change between a dataset and itself in any order', () => {
    fc.assert(
      fc.property(images, fc.infiniteStream(fc.nat()), (list, order) => {
        const distinct = [...new Map(list.map((one) => [one.path, one])).values()];
        const shuffled = distinct
          .map((one) => ({ one, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(isUnchanged(compare(distinct, shuffled))).toBe(true);
      }),
    );
  });
});
