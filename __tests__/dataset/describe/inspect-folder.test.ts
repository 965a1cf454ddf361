import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readDatasets } from '../../../src/dataset/read-datasets.js';
import { emptyFiles as empty, folderWith, manifest } from '../../fixtures/folder-with.js';

type Files = Record<string, string>;

const read = (files: Files) => readDatasets('.', { cwd: folderWith(files) });

describe('a manifest without "train" and "labels"', () => {
  const says = { 'dataset.yaml': manifest('plan: { examples: 1000 }\n') };

  it.each<[string, Files]>([
    ['class folders', empty('a/1.jpg', 'b/1.jpg')],
    ['split folders of class folders', empty('train/a/1.jpg', 'train/b/1.jpg', 'test/a/1.jpg')],
    ['a table', { 'labels.csv': 'image,label\n1.jpg,a\n2.jpg,b\n', ...empty('1.jpg', '2.jpg') }],
  ])('takes %s', async (_, files) => {
    const [{ classes }] = await read({ ...says, ...files });
    expect(classes).toEqual(['a', 'b']);
  });

  it.each<[string, Files, RegExp]>([
    [
      'a test split without classes',
      empty('train/a/1.jpg', 'train/b/1.jpg', 'test/1.jpg'),
      /^dataset\.yaml: .*"train" or "labels".*class folders in train, but images without classes in test.*"train: train"/,
    ],
    [
      'splits beside other images',
      empty('train/a/1.jpg', 'train/b/1.jpg', 'extra/1.jpg'),
      /^dataset\.yaml: .*"train" or "labels".*splits train, and other images in extra.*"train: train"/,
    ],
    [
      'class folders beside images',
      empty('a/x/1.jpg', 'a/y/1.jpg', 'b/1.jpg'),
      /^dataset\.yaml: .*"train" or "labels".*one dataset or several.*"train: \."/,
    ],
    [
      'several datasets',
      empty('a/x/1.jpg', 'a/y/1.jpg', 'b/v/1.jpg', 'b/w/1.jpg'),
      /^dataset\.yaml: .*"train" or "labels".*several datasets: a, b.*"train: \."/,
    ],
    [
      'class folders one folder deeper',
      empty('pics/a/1.jpg', 'pics/b/1.jpg'),
      /^dataset\.yaml: .*"train" or "labels".*in pics\. Add "path: pics"/,
    ],
    [
      'splits without classes',
      empty('train/1.jpg', 'test/1.jpg'),
      /^dataset\.yaml: .*"train" or "labels".*which class.*"labels"/,
    ],
    ['masks', empty('images/1.png', 'masks/1.png'), /^masks: .*images.*segmentation.*analyze/],
    [
      'boxes',
      { ...empty('images/train/1.jpg'), 'labels/train/1.txt': '0 0.5 0.5 0.1 0.1\n' },
      /^labels\/train\/1\.txt: .*detection \(YOLO\).*analyze/,
    ],
  ])('makes no classes of %s', async (_, files, message) => {
    await expect(read({ ...says, ...files })).rejects.toThrow(message);
  });

  it('makes classes of any folders where it says so', async () => {
    const [{ classes }] = await read({
      'dataset.yaml': manifest('train: .\n'),
      ...empty('images/1.png', 'masks/1.png', 'train/a/1.png'),
    });
    expect(classes).toEqual(['images', 'masks', 'train']);
  });
});

describe('tables beside class folders', () => {
  const folders = empty('x/1.jpg', 'x/2.jpg', 'y/3.jpg', 'y/4.jpg');
  const splits = empty('train/x/1.jpg', 'train/y/2.jpg', 'test/x/3.jpg', 'test/y/4.jpg');

  it.each<[string, Files]>([
    ['semicolons', { ...folders, 'train.csv': 'image;label\nx/1.jpg;b\ny/3.jpg;a\n' }],
    [
      'semicolons in splits',
      {
        ...splits,
        'train/metadata.csv': 'file_name;label\nx/1.jpg;b\ny/2.jpg;a\n',
        'test/metadata.csv': 'file_name;label\nx/3.jpg;b\ny/4.jpg;a\n',
      },
    ],
    ['capitals', { ...folders, 'train.csv': 'Image,Label\nx/1.jpg,b\ny/3.jpg,a\n' }],
    ['capitals in its header', { ...folders, 'labels.csv': 'FileName,CLASS\nx/1.jpg,b\ny/3.jpg,a\n' }],
    ['an empty first line', { ...folders, 'train.csv': '\nimage,label\nx/1.jpg,b\ny/3.jpg,a\n' }],
    ['old line ends', { ...folders, 'train.csv': 'image,label\rx/1.jpg,b\ry/3.jpg,a\r' }],
    [
      'a folder around it',
      { 'd/labels.csv': 'image;Label\nx/1.jpg;b\ny/3.jpg;a\n', ...empty('d/x/1.jpg', 'd/y/3.jpg') },
    ],
  ])('give the labels, with %s', async (_, files) => {
    const [{ classes }] = await read(files);
    expect(classes).toEqual(['a', 'b']);
  });

  it.each<[string, Files, RegExp]>([
    [
      'train.csv',
      { ...folders, 'train.csv': 'picture,label\n1.jpg,a\n' },
      /^train\.csv:1: has no column for the image .*it has picture, label/,
    ],
    [
      'test.csv beside train.csv',
      { ...folders, 'test.csv': 'picture\n1.jpg\n', 'train.csv': 'image,label\nx/1.jpg,b\ny/3.jpg,a\n' },
      /^test\.csv:1: has no column for the image/,
    ],
    [
      'metadata.csv in a split',
      { ...splits, 'train/metadata.csv': 'picture,label\n1.jpg,a\n' },
      /^train\/metadata\.csv:1: has no column for the image/,
    ],
    [
      'labels.csv of a folder',
      { 'd/labels.csv': '', ...empty('d/x/1.jpg', 'd/y/3.jpg') },
      /^d\/labels\.csv:1: has no rows/,
    ],
  ])('are not passed over when they name no images: %s', async (_, files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });

  it('are passed over where a manifest names class folders, and inside of classes', async () => {
    const [{ classes }] = await read({
      ...folders,
      'dataset.yaml': manifest('train: .\n'),
      'train.csv': 'picture,label\n1.jpg,a\n',
      'x/metadata.csv': 'licence\nMIT\n',
    });
    expect(classes).toEqual(['x', 'y']);
  });

  it('are refused when a usual name is there in two spellings', async () => {
    await expect(read({ ...folders, 'labels.csv': 'Image,IMAGE,label\n1,2,a\n' })).rejects.toThrow(
      'labels.csv:1: has the column "Image" twice.',
    );
  });
});

describe('manifests', () => {
  const folders = empty('a/1.jpg', 'b/1.jpg');

  it.each(['headstart.yaml', 'headstart.yml', '.headstart.yaml', 'Headstart.YAML', 'pets.headstart.yml'])(
    'may be called %s',
    async (name) => {
      const [{ classes }] = await read({ [name]: manifest('names: { a: Cat, b: Dog }\n'), ...folders });
      expect(classes).toEqual(['Cat', 'Dog']);
    },
  );

  it('that are misspelt inside are not passed over', async () => {
    await expect(read({ '.headstart.yaml': manifest('nmes: [a]\n'), ...folders })).rejects.toThrow(
      '.headstart.yaml:2:1: unknown key "nmes". Did you mean "names"?',
    );
  });

  it('are named after their folder when they have no name of their own', async () => {
    const datasets = await read({
      'one/headstart.yaml': manifest(),
      'two/.headstart.yaml': manifest(),
      ...empty('one/a/1.jpg', 'one/b/1.jpg', 'two/a/1.jpg', 'two/b/1.jpg'),
    });
    expect(datasets.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('that lead to nothing are not passed over', async () => {
    const cwd = folderWith(folders);
    symlinkSync('gone.yaml', join(cwd, 'dataset.yaml'));
    await expect(readDatasets('.', { cwd })).rejects.toThrow(/^dataset\.yaml: .*broken link/);
  });

  const mayReadAll = process.platform === 'win32' || process.getuid?.() === 0;
  (mayReadAll ? it.skip : it)(
    'that may not be read are not passed over (not as root, who may read all)',
    async () => {
      const cwd = folderWith({ 'dataset.yaml': manifest(), ...folders });
      chmodSync(join(cwd, 'dataset.yaml'), 0);
      const message = 'dataset.yaml: cannot be read (EACCES). Check its permissions.';
      await expect(readDatasets('.', { cwd })).rejects.toThrow(message);
      await expect(readDatasets('.', { cwd, manifest: 'dataset.yaml' })).rejects.toThrow(message);
    },
  );

  it('are no tables', async () => {
    const cwd = folderWith({ 'labels.csv': 'image,label\n', ...folders });
    await expect(readDatasets('.', { cwd, manifest: 'labels.csv' })).rejects.toThrow(
      /^labels\.csv: is a table, not a manifest.*labels: \{ file: labels\.csv \}/,
    );
  });
});

describe('tables called after splits', () => {
  it.each(['validation', 'valid', 'dev', 'Val'])('may be called %s.csv', async (name) => {
    const [{ samples }] = await read({
      'train.csv': 'image,label\n1.jpg,a\n2.jpg,b\n',
      [`${name}.csv`]: 'image,label\n3.jpg,a\n',
      ...empty('1.jpg', '2.jpg', '3.jpg'),
    });
    expect(samples.map(({ split }) => split).sort()).toEqual(['train', 'train', 'val']);
  });

  it.each(['eval', 'testing', 'evaluation'])('may be called %s.csv', async (name) => {
    const [{ samples }] = await read({
      'training.csv': 'image,label\n1.jpg,a\n2.jpg,b\n',
      [`${name}.csv`]: 'image,label\n3.jpg,a\n',
      ...empty('1.jpg', '2.jpg', '3.jpg'),
    });
    expect(samples.map(({ split }) => split).sort()).toEqual(['test', 'train', 'train']);
  });
});

describe('masks', () => {
  it.each<[string, string, string]>([
    ['img', 'annotations', ''],
    ['images', 'labels', ''],
    ['image', 'label', ''],
    ['images', 'annotations', 'train/'],
    ['leftImg8bit', 'gtFine', 'train/'],
    ['JPEGImages', 'SegmentationClass', ''],
  ])('are recognized beside %s in %s', async (pictures, masks, inside) => {
    const names = ['1', '2', '3'].flatMap((stem) => [
      `${pictures}/${inside}${stem}.jpg`,
      `${masks}/${inside}${stem}_mask.png`,
    ]);
    const message = `${masks}: .*${pictures}.*segmentation.*analyze`;
    await expect(read(empty(...names))).rejects.toThrow(new RegExp(`^${message}`));
    const inSplit = empty(...names.map((name) => `train/${name}`));
    await expect(read(inSplit)).rejects.toThrow(new RegExp(`^train/${message}`));
  });

  it.each([
    ['classes whose files have equal numbers', ['cat/1.jpg', 'dog/1.jpg']],
    ['classes called label and image with files of their own', ['image/1.jpg', 'label/2.jpg']],
    ['a third class', ['image/1.jpg', 'label/1.jpg', 'table/1.jpg']],
  ])('are not seen in %s', async (_, names) => {
    const [{ samples }] = await read(empty(...names));
    expect(samples.length).toBe(names.length);
  });
});
