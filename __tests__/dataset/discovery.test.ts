import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDatasets } from '../../src/dataset/read-datasets.js';
import { distinctNames, safeName } from '../../src/dataset/dataset-names.js';
import { emptyFiles as empty, folderWith, manifest } from '../fixtures/folder-with.js';

const read = (cwd: string, path = '.', options: { manifest?: string; groups?: string } = {}) =>
  readDatasets(path, { ...options, cwd });
const table = 'image,label\n1.jpg,x\n2.jpg,y\n';

/** Names, classes and number of images of each dataset. */
async function outline(files: Record<string, string>, path = '.'): Promise<[string, string[], number][]> {
  const datasets = await read(folderWith(files), path);
  return datasets.map(({ name, classes, samples }) => [name, classes, samples.length]);
}

describe('what is one dataset, and what is several', () => {
  it.each<[string, Record<string, string>, [string, string[], number][]]>([
    [
      'class folders below a folder are one',
      empty('pets/cat/1.jpg', 'pets/dog/1.jpg', 'notes/a.txt'),
      [['pets', ['cat', 'dog'], 2]],
    ],
    [
      'folders of class folders are several',
      empty('a/cat/1.jpg', 'a/dog/1.jpg', 'b/cat/1.jpg', 'b/fox/1.jpg'),
      [
        ['a', ['cat', 'dog'], 2],
        ['b', ['cat', 'fox'], 2],
      ],
    ],
    [
      'a manifest, a table and class folders are three',
      {
        ...empty(
          '.git/HEAD',
          'a/cat/1.jpg',
          'a/dog/1.jpg',
          'b/1.jpg',
          'b/2.jpg',
          'c/x/1.jpg',
          'c/y/1.jpg',
          'docs/logo.png',
        ),
        'a/pets.headstart.yaml': manifest(),
        'b/labels.csv': table,
      },
      [
        ['pets', ['cat', 'dog'], 2],
        ['b', ['x', 'y'], 2],
        ['c', ['x', 'y'], 2],
      ],
    ],
    [
      'a repository’s other images are no classes',
      empty('.git/HEAD', 'docs/logo.png', 'data/cat/1.jpg', 'data/dog/1.jpg'),
      [['data', ['cat', 'dog'], 2]],
    ],
    [
      'split folders of class folders are one',
      empty('set/train/a/1.jpg', 'set/train/b/1.jpg', 'set/test/a/1.jpg'),
      [['set', ['a', 'b'], 3]],
    ],
  ])('%s', async (_, files, expected) => expect(await outline(files)).toEqual(expected));

  it.each([
    ['images deeper in class folders', empty('cat/x/1.jpg', 'cat/2.jpg', 'dog/y/3.jpg')],
    [
      'neither images beside class folders nor clutter',
      empty(
        'logo.png',
        'cat/1.jpg',
        'dog/1.jpg',
        'node_modules/p/i.png',
        '__MACOSX/cat/1.jpg',
        '.cache/a/1.jpg',
      ),
    ],
  ])('takes %s', async (_, files) => {
    expect((await outline(files)).map(([, classes]) => classes)).toEqual([['cat', 'dog']]);
  });

  it('takes splits inside of class folders', async () => {
    const [{ samples, classes }] = await read(
      folderWith(empty('cat/train/1.jpg', 'cat/test/2.jpg', 'dog/train/1.jpg', 'dog/validation/2.jpg')),
    );
    expect(classes).toEqual(['cat', 'dog']);
    expect(samples.map(({ split }) => split)).toEqual(['test', 'train', 'train', 'val']);
  });

  it('reads tables called after splits', async () => {
    const [{ samples, origin }] = await read(
      folderWith({
        'train.csv': table,
        'test.csv': 'image,label\n3.jpg,x\n',
        ...empty('1.jpg', '2.jpg', '3.jpg'),
      }),
    );
    expect(samples.map(({ path, split }) => [path, split])).toEqual([
      ['3.jpg', 'test'],
      ['1.jpg', 'train'],
      ['2.jpg', 'train'],
    ]);
    expect(origin.file).toBe('test.csv, train.csv');
  });

  it('takes the path of a manifest or table for the dataset', async () => {
    const folder = folderWith({
      'any.yaml': manifest('labels: { file: l.csv }\n'),
      'l.csv': table,
      ...empty('1.jpg', '2.jpg'),
    });
    const [[byManifest], [byTable], [byOption], [besidePath]] = await Promise.all([
      read(folder, 'any.yaml'),
      read(folder, 'l.csv'),
      read(folder, '.', { manifest: 'any.yaml' }),
      read(join(folder, '..'), folder, { manifest: 'any.yaml' }),
    ]);
    for (const dataset of [byManifest, byTable, byOption, besidePath])
      expect(dataset.classes).toEqual(['x', 'y']);
    expect(byTable.origin).toEqual({ kind: 'label table', file: 'l.csv' });
  });

  it('prefers a manifest to a table, and a table to class folders', async () => {
    const files = { 'labels.csv': table, ...empty('1.jpg', '2.jpg', 'cat/1.jpg', 'dog/1.jpg') };
    expect(await outline(files)).toEqual([[expect.anything(), ['x', 'y'], 2]]);
    expect(await outline({ ...files, 'dataset.yaml': manifest('train: .\n') })).toEqual([
      [expect.anything(), ['cat', 'dog'], 2],
    ]);
  });

  it('reads below the path that a manifest names, table or folders', async () => {
    const files = { 'm/dataset.yaml': manifest('path: ../pics\n'), '.git/HEAD': '' };
    expect(await outline({ ...files, ...empty('pics/train/a/1.jpg', 'pics/train/b/1.jpg') }, 'm')).toEqual([
      ['m', ['a', 'b'], 2],
    ]);
    expect(
      await outline({ ...files, 'pics/labels.csv': table, ...empty('pics/1.jpg', 'pics/2.jpg') }, 'm'),
    ).toEqual([['m', ['x', 'y'], 2]]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'class folders beside images',
      empty('docs/logo.png', 'data/cat/1.jpg', 'data/dog/1.jpg'),
      /^\.: could be one dataset or several.*class folders in data, images in docs.*"train: \."/,
    ],
    [
      'a class with a stray table',
      { ...empty('cat/1.jpg', 'dog/1.jpg', 'fox/1.jpg', 'fox/2.jpg'), 'fox/metadata.csv': table },
      /^\.: could be one dataset or several.*description in fox, images in cat, dog.*"train: \."/,
    ],
    [
      'a class with a stray manifest',
      { ...empty('cat/1.jpg', 'fox/a/1.jpg', 'fox/b/2.jpg'), 'fox/dataset.yaml': manifest() },
      /^\.: could be one dataset or several.*description in fox, images in cat\..*"train: \."/,
    ],
    [
      'a table in one split, class folders in the other',
      { ...empty('train/a/1.jpg', 'train/b/1.jpg', 'test/1.jpg'), 'test/labels.csv': table },
      /^\.: holds the table test\/labels\.csv, but none for the images in train.*labels: \{ file: test\/labels\.csv \}/,
    ],
    [
      'splits beside other images',
      empty('train/a/1.jpg', 'train/b/1.jpg', 'extra/1.jpg'),
      /^\.: holds class folders in the splits train, and other images in extra.*"train: train"/,
    ],
    [
      'a test split without classes',
      empty('train/a/1.jpg', 'train/b/1.jpg', 'test/1.jpg'),
      /^\.: holds class folders in train, but images without classes in test.*"train: train"/,
    ],
    [
      'splits without classes',
      empty('train/1.jpg', 'test/1.jpg'),
      /^\.: holds images in folders named after splits \(test, train\).*class.*labels\.csv/,
    ],
    [
      'two manifests',
      { 'a.headstart.yaml': manifest(), 'b.headstart.yml': manifest() },
      /^\.: holds several descriptions: a\.headstart\.yaml, b\.headstart\.yml.*--manifest/,
    ],
    ['one class in a split folder', empty('train/a/1.jpg', 'test/a/1.jpg'), /^\.: has only one class, "a"/],
    ['an archive', empty('images.zip'), /^images\.zip: is an archive.*Unpack/],
    [
      'a Croissant description',
      { 'croissant.json': '{"@context":{"cr":"http://mlcommons.org/croissant/"},"recordSet":[]}' },
      /^croissant\.json: is a Croissant description.*headstart\/v1/,
    ],
    [
      'a dataset card',
      { 'README.md': '---\nconfigs:\n- config_name: default\n---\n# Text\n' },
      /^README\.md: is a Hugging Face dataset card.*headstart\/v1/,
    ],
    [
      'a Data Package',
      { 'datapackage.json': '{"resources":[]}' },
      /^datapackage\.json: is a Frictionless Data Package.*headstart\/v1/,
    ],
    [
      'boxes of YOLO',
      { 'labels/1.txt': '0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.2 0.2\n', ...empty('images/1.jpg') },
      /^labels\/1\.txt: .*detection \(YOLO\).*analyze/,
    ],
    [
      'boxes of YOLO after an image without any',
      {
        'train/labels/1.txt': '',
        'train/labels/2.txt': '0 0.5 0.5 0.2 0.2\n',
        'data.yaml': 'train: train/images\nval: valid/images\nnc: 2\nnames: [a, b]\n',
        ...empty('train/images/1.jpg', 'train/images/2.jpg', 'valid/images/3.jpg', 'valid/labels/3.txt'),
      },
      /^data\.yaml: .*detection \(YOLO\).*analyze/,
    ],
    [
      'boxes of YOLO beside images and a list of classes',
      {
        'a/1.txt': '',
        'labels/train/classes.txt': 'cat\ndog\n',
        'labels/train/x.txt': '0 0.5 0.5 0.2 0.2\n',
        ...empty('images/train/x.jpg', 'images/val/y.jpg'),
      },
      /^labels\/train\/x\.txt: .*detection \(YOLO\).*analyze/,
    ],
    [
      'boxes of Pascal VOC',
      {
        'Annotations/1.xml': '<annotation><object><bndbox/></object></annotation>',
        ...empty('JPEGImages/1.jpg'),
      },
      /^Annotations\/1\.xml: .*detection \(Pascal VOC\).*analyze/,
    ],
    ['masks', empty('images/1.jpg', 'masks/1.png'), /^masks: .*images.*segmentation.*analyze/],
    ['video', empty('a/1.mp4', 'b/2.mp4'), /^\.: looks like video, not images.*analyze/],
    ['numbers', empty('train.npy', 'test.npy'), /^\.: looks like a table of numbers, not images.*analyze/],
  ])('says what it found: %s', async (_, files, message) => {
    await expect(read(folderWith(files))).rejects.toThrow(message);
  });

  it('suggests the folder that was meant', async () => {
    const folder = folderWith(empty('animals/cat/1.jpg', 'animals/dog/1.jpg'));
    await expect(read(folder, 'animal')).rejects.toThrow(
      /^animal: does not exist\. Did you mean "animals"\?/,
    );
  });

  it('refuses a folder as a manifest, and an empty folder', async () => {
    const folder = folderWith(empty('a/cat/1.jpg', 'a/dog/1.jpg'));
    mkdirSync(join(folder, 'void'));
    await expect(read(folder, '.', { manifest: 'a' })).rejects.toThrow(/^a: is a folder, not a manifest\./);
    await expect(read(folder, 'void')).rejects.toThrow(/^void: is empty\./);
  });

  it('names several datasets apart, and safely', async () => {
    const datasets = await read(
      folderWith({
        ...empty('a/x/1.jpg', 'a/y/1.jpg', 'b/x/1.jpg', 'b/y/1.jpg', 'c/x/1.jpg', 'c/y/1.jpg'),
        'a/dataset.yaml': manifest('name: Same\n'),
        'b/dataset.yaml': manifest('name: same\n'),
        'c/dataset.yaml': manifest('name: "../../etc/pass wd"\n'),
      }),
    );
    expect(datasets.map(({ name }) => name)).toEqual(['Same', 'same-2', 'etc-pass-wd']);
  });

  it('gives groups to one dataset only', async () => {
    const folder = folderWith({
      ...empty('a/x/1.jpg', 'a/y/1.jpg', 'b/v/1.jpg', 'b/w/1.jpg'),
      'g.csv': 'image,group\n',
    });
    await expect(read(folder, '.', { groups: 'g.csv' })).rejects.toThrow(
      /^g\.csv: fits one dataset, but 2 were found: a, b\./,
    );
  });
});

describe('names of datasets', () => {
  it('are safe and distinct whatever they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }), (names) => {
        const distinct = distinctNames(names);
        expect(new Set(distinct.map((name) => name.toLowerCase())).size).toBe(names.length);
        for (const name of distinct) expect(name).toMatch(/^[\p{L}\p{M}\p{N}_-][\p{L}\p{M}\p{N}._-]*$/u);
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['leaves', 'leaves'],
    ['', 'dataset'],
    ['..', 'dataset'],
    ['con', 'dataset-con'],
    ['a/b\\c', 'a-b-c'],
    ['Blätter 2', 'Blätter-2'],
  ])('%j becomes %j', (name, safe) => expect(safeName(name)).toBe(safe));
});
