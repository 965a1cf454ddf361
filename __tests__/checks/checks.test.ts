import { describe, expect, it } from '@jest/globals';
import { runChecks } from '../../src/checks/run-checks.js';
import type { CheckInput } from '../../src/checks/check.js';
import type { Sample } from '../../src/dataset/dataset.js';

/** A healthy dataset of two classes, 400 images, of which every fourth is for test. */
function healthy(): CheckInput {
  const samples = Array.from({ length: 400 }, (_, row): Sample => ({
    path: `${row % 2 === 0 ? 'cat' : 'dog'}/${row}.jpg`,
    label: row % 2,
    group: null,
    split: null,
  }));
  const rows = Array.from(samples.keys());
  return {
    samples,
    unreadable: [],
    hashes: rows.map((row) => `hash ${row}`),
    train: Int32Array.from(rows.filter((row) => row % 4 > 0 && row % 8 !== 1)),
    test: Int32Array.from(rows.filter((row) => row % 4 === 0 || row % 8 === 1)),
    dataset: {
      name: 'pets',
      root: '/',
      folder: '.',
      origin: { kind: 'class folders', file: null },
      classes: ['cat', 'dog'],
      samples,
      metric: null,
      image: { size: 64, channels: 'colour', exif: true },
      scaling: null,
      license: null,
      plan: {},
      absent: [],
      leftOut: [],
      skipped: [],
      inferred: [],
    },
  };
}

const found = (change: (input: CheckInput) => Partial<CheckInput>) => {
  const input = healthy();
  return runChecks({ ...input, ...change(input) });
};

describe('runChecks', () => {
  it('finds nothing in a healthy dataset', () => {
    expect(found(() => ({}))).toEqual([]);
  });

  it('names images that are in both train and test, and weakens', () => {
    const [finding] = found(({ hashes }) => ({ hashes: hashes.with(2, 'same').with(0, 'same') }));
    expect(finding).toMatchObject({
      id: 'leak-exact',
      effect: 'weakens',
      count: 1,
      evidence: ['cat/0.jpg = cat/2.jpg'],
    });
  });

  it('stops when most of the test set is in train', () => {
    const findings = found(({ hashes, test }) => ({
      hashes: hashes.map((hash, row) => (test.includes(row) ? `hash ${row + 2}` : hash)),
    }));
    expect(findings[0]).toMatchObject({ id: 'leak-exact', effect: 'blocks', severity: 'error' });
  });

  it('names groups that are in both train and test, and weakens', () => {
    const findings = found(({ samples }) => ({
      samples: samples.map((sample, row) => ({ ...sample, group: row < 3 ? 'patient 1' : `own ${row}` })),
    }));
    expect(findings).toMatchObject([
      {
        id: 'leak-group',
        effect: 'weakens',
        message: expect.stringMatching(/^2 of 150 test images .*group.* in train/),
        count: 2,
        evidence: ['patient 1: 2 in test, 1 in train'],
      },
    ]);
  });

  it('stops when most of the test set is of groups that are in train', () => {
    const findings = found(({ samples }) => ({
      samples: samples.map((sample, row) => ({ ...sample, group: `${row % 7}` })),
    }));
    expect(findings[0]).toMatchObject({ id: 'leak-group', effect: 'blocks', severity: 'error' });
  });

  it('finds one image under two labels, and copies', () => {
    const findings = found(({ hashes }) => ({
      hashes: hashes.with(2, 'same').with(3, 'same').with(6, 'x').with(10, 'x'),
    }));
    const ids = findings.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['label-conflict', 'duplicate-exact']));
    expect(findings.find(({ id }) => id === 'label-conflict')?.evidence).toEqual([
      'cat/2.jpg (cat) = dog/3.jpg (dog)',
    ]);
  });

  it('counts files that cannot be used by kind, with the remedy', () => {
    const [finding] = found(() => ({
      unreadable: [
        { path: 'cat/0.jpg', kind: 'corrupt', reason: 'Damaged. Fetch it again.' },
        { path: 'cat/2.jpg', kind: 'corrupt', reason: 'Damaged. Fetch it again.' },
        { path: 'cat/4.jpg', kind: 'empty', reason: 'Empty.' },
      ],
    }));
    expect(finding.message).toMatch(/^3 files of 400 .*2 corrupt, 1 empty/);
    expect(finding.evidence[0]).toBe('cat/0.jpg: Damaged. Fetch it again.');
  });

  it('stops when most files cannot be used', () => {
    const unreadable = Array.from({ length: 250 }, (_, i) => ({
      path: `${i}`,
      kind: 'git lfs pointer' as const,
      reason: 'Run git lfs pull.',
    }));
    expect(found(() => ({ unreadable }))[0]).toMatchObject({
      id: 'unreadable',
      effect: 'blocks',
      remedy: 'Run git lfs pull.',
    });
  });

  it('tells of a class with one image and of imbalance', () => {
    const findings = found(({ samples }) => ({
      samples: samples.map((sample, row) => ({ ...sample, label: row === 5 ? 1 : 0 })),
    }));
    expect(findings.find(({ id }) => id === 'tiny-class')).toMatchObject({
      effect: 'weakens',
      evidence: ['dog: 1'],
    });
    expect(findings.map(({ id }) => id)).toContain('imbalance');
  });

  it('tells of a small test set, and stops where nothing can be compared', () => {
    expect(found(({ test }) => ({ test: test.slice(0, 50) })).map(({ id }) => id)).toEqual(['small-test']);
    expect(found(() => ({ test: new Int32Array() }))[0]).toMatchObject({ id: 'too-small', effect: 'blocks' });
  });

  describe('of a split that the dataset brings', () => {
    /** Rows are for test as in `healthy`; the names of the classes are given by half. */
    const split = (classes: string[], labelOf: (row: number, isTest: boolean) => number) => {
      const { test, dataset, samples } = healthy();
      const dealt = samples.map((sample, row): Sample => {
        const isTest = test.includes(row);
        return { ...sample, split: isTest ? 'test' : 'train', label: labelOf(row, isTest) };
      });
      return found(() => ({ samples: dealt, dataset: { ...dataset, classes, samples: dealt } }));
    };

    it('weakens where a class of the test set is never trained, and blocks where it is most of it', () => {
      const some = split(['cat', 'dog', 'fox'], (row, isTest) => (isTest && row < 60 ? 2 : row % 2));
      expect(some.find(({ id }) => id === 'class-not-trained')).toMatchObject({
        effect: 'weakens',
        message: expect.stringMatching(/^23 of 150 test images .*"fox"/),
        count: 23,
        evidence: ['fox: 23'],
      });
      const [most] = split(['cat', 'dog', 'fox'], (row, isTest) => (isTest && row < 300 ? 2 : row % 2));
      expect(most).toMatchObject({ id: 'class-not-trained', effect: 'blocks', severity: 'error' });
    });

    it('says which names differ only in capitals', () => {
      const findings = split(['Cat', 'cat', 'dog'], (row, isTest) => (row % 2 === 1 ? 2 : isTest ? 0 : 1));
      expect(findings.find(({ id }) => id === 'class-not-trained')?.remedy).toMatch(
        /"Cat" and "cat" differ only in case/,
      );
      expect(findings.find(({ id }) => id === 'class-not-tested')?.remedy).toMatch(
        /"cat" and "Cat" differ only in case/,
      );
    });

    it('informs of a class that is never tested', () => {
      const findings = split(['cat', 'dog', 'fox'], (row, isTest) => (!isTest && row < 60 ? 2 : row % 2));
      expect(findings).toMatchObject([
        {
          id: 'class-not-tested',
          effect: 'informs',
          message: expect.stringMatching(/^One class .*no test images.*"fox"/),
        },
      ]);
    });

    it('blocks where the test set has one class', () => {
      const findings = split(['cat', 'dog'], (row, isTest) => (isTest ? 0 : row % 2));
      expect(findings[0]).toMatchObject({
        id: 'one-class-test',
        effect: 'blocks',
        message: expect.stringMatching(/^All 150 test images .*"cat"/),
      });
      expect(findings.map(({ id }) => id)).not.toContain('class-not-tested');
    });

    it('is named where it leaves too little of enough', () => {
      const findings = split(['cat', 'dog'], (row, isTest) => (isTest ? row % 2 : 0));
      expect(findings.find(({ id }) => id === 'too-small')).toMatchObject({
        message: expect.stringMatching(/own split .*250 .*1 class in train and 150 of 2 in test/),
      });
    });
  });

  it('takes a hundred test images for enough, however many classes there are', () => {
    const { dataset, samples } = healthy();
    const many = samples.map((sample, row) => ({ ...sample, label: Math.floor(row / 4) }));
    const classes = Array.from({ length: 100 }, (_, k) => `class ${k}`);
    const ids = found(() => ({ samples: many, dataset: { ...dataset, samples: many, classes } })).map(
      ({ id }) => id,
    );
    expect(ids).not.toContain('too-small');
  });

  it('tells of rows whose image is absent, with their line', () => {
    const [finding] = found(({ dataset }) => ({
      dataset: { ...dataset, absent: [{ path: 'x.jpg', file: 'labels.csv', line: 7 }] },
    }));
    expect(finding).toMatchObject({ id: 'absent', count: 1, evidence: ['labels.csv:7: x.jpg'] });
  });

  it('tells of rows that are in no split of the manifest', () => {
    const [finding] = found(({ dataset }) => ({
      dataset: { ...dataset, leftOut: [{ path: 'z/1.jpg', file: 'labels.csv', line: 9 }] },
    }));
    expect(finding).toMatchObject({
      id: 'left-out',
      effect: 'informs',
      message: expect.stringMatching(/^1 image .*in no split/),
      evidence: ['labels.csv:9: z/1.jpg'],
    });
  });

  it('tells of files and folders that are in no class', () => {
    const [finding] = found(({ dataset }) => ({
      dataset: {
        ...dataset,
        skipped: [
          { path: 'fox/', reason: 'no images in it' },
          { path: 'fox/1.jpg_large', reason: 'no image ending' },
          { path: 'fox/2.jpg_large', reason: 'no image ending' },
        ],
      },
    }));
    expect(finding).toEqual({
      id: 'skipped',
      severity: 'warning',
      effect: 'informs',
      message: expect.stringMatching(/^2 files .*extension, 1 folder holds no images/),
      remedy: expect.stringMatching(/extension.*Add images/),
      count: 3,
      evidence: [
        'fox/1.jpg_large: no image ending',
        'fox/2.jpg_large: no image ending',
        'fox/: no images in it',
      ],
    });
  });
});
