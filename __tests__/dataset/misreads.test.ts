import { describe, expect, it } from '@jest/globals';
import { readDatasets } from '../../src/dataset/read-datasets.js';
import { distinctNames } from '../../src/dataset/dataset-names.js';
import { InputError } from '../../src/problem.js';
import { emptyFiles as empty, folderWith, manifest } from '../fixtures/folder-with.js';

type Files = Record<string, string>;

const read = (files: Files) => readDatasets('.', { cwd: folderWith(files) });
const both = (...folders: string[]) =>
  empty(...folders.flatMap((each) => [`${each}/a/1.jpg`, `${each}/b/1.jpg`]));
const flat = (...folders: string[]) => empty(...folders.map((each) => `${each}/1.jpg`));

async function refusal(files: Files): Promise<string> {
  try {
    await read(files);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('It was read.');
}

describe('folders named after splits', () => {
  it.each([
    ['train', 'test1'],
    ['cars_train', 'cars_test'],
    ['training_set', 'test_set'],
    ['TrainImages', 'TestImages'],
    ['train', 'test', 'test_images'],
  ])('are no classes: %s and %s', async (...folders) => {
    expect(await refusal(flat(...folders))).toMatch(/named after splits/);
  });

  it.each([
    ['seg_train', 'seg_test'],
    ['training_set', 'test_set'],
    ['pets-train', 'pets-valid'],
    ['train2017', 'val2017'],
  ])('are splits: %s and %s', async (train, other) => {
    const [{ classes, samples, inferred }, more] = await read(both(train, other));
    expect(more).toBeUndefined();
    expect(classes).toEqual(['a', 'b']);
    for (const { path, split } of samples) expect(split === 'train').toBe(path.startsWith(`${train}/`));
    expect(inferred.join()).toMatch(other);
  });

  it('are splits where the classes are one folder deeper', async () => {
    const [{ classes, samples }] = await read(both('s_train/s_train', 's_test/s_test'));
    expect(classes).toEqual(['a', 'b']);
    expect(samples.map(({ split }) => split)).toEqual(['test', 'test', 'train', 'train']);
  });

  it.each([
    ['splits of two datasets', both('rgb_train', 'rgb_test', 'depth_train', 'depth_test')],
    ['two copies of one split', both('train_64', 'train_128', 'test_64')],
    ['a test folder beside classes', flat('ok', 'nok', 'test')],
    ['test images beside classes', flat('ok', 'nok', 'test_images')],
    [
      'test images in a folder of the same name',
      empty('s_train/a/1.jpg', 's_train/b/1.jpg', 's_test/s_test/1.jpg'),
    ],
    ['pairs beside classes', flat('ok', 'train', 'test')],
    ['a class with splits beside a class without', empty('cat/train/1.jpg', 'cat/test/2.jpg', 'dog/1.jpg')],
    [
      'classes with splits and images beside them',
      empty('cat/train/1.jpg', 'cat/test/2.jpg', 'cat/3.jpg', 'dog/train/1.jpg', 'dog/test/2.jpg'),
    ],
  ])('are refused where they are not clear: %s', async (_, files) => {
    expect(await refusal(files)).toMatch(/dataset.yaml|class/);
  });

  it.each([
    ['bus', 'car', 'train'],
    ['invalid', 'valid'],
    ['bench', 'test_tube'],
    ['bullet_train', 'freight_train', 'tram'],
  ])('may be classes: %s, %s', async (...folders) => {
    const [{ classes }] = await read(flat(...folders));
    expect(classes).toEqual(folders);
  });

  it('are classes where a manifest says so', async () => {
    const [{ classes }] = await read({
      ...flat('ok', 'nok', 'test'),
      'dataset.yaml': manifest('train: .\n'),
    });
    expect(classes).toEqual(['nok', 'ok', 'test']);
  });

  it('are never put under another split’s key in a remedy', async () => {
    const text = await refusal({ ...both('test', 'train'), ...flat('extra') });
    expect(text).toMatch(/"train: train" and "test: test"/);
    expect(await refusal({ ...both('test'), ...flat('train') })).not.toMatch(/train: test/);
  });
});

describe('folders of pieces, patients and sources', () => {
  it.each([
    [
      'patients',
      empty('sick/patient_1/1.jpg', 'sick/patient_2/1.jpg', 'well/patient_3/1.jpg', 'well/patient_4/1.jpg'),
    ],
    ['chunks', empty('sick/split_1/1.jpg', 'sick/split_2/1.jpg', 'well/split_1/1.jpg', 'well/split_2/1.jpg')],
  ])('are parts of the classes around them: %s', async (_, files) => {
    const [{ classes, inferred }, more] = await read(files);
    expect([classes, more]).toEqual([['sick', 'well'], undefined]);
    expect(inferred.join()).toMatch(/groups/);
  });

  it('are no classes', async () => {
    expect(await refusal(flat('images_part_1', 'images_part_2'))).toMatch(/parts of one dataset/);
  });

  it.each([
    ['folds', both('fold_0', 'fold_1')],
    ['patients around classes', both('8863', '8864')],
    [
      'sources named after their class',
      empty('cat/cat-web/1.jpg', 'cat/cat-own/1.jpg', 'dog/dog-web/1.jpg', 'dog/dog-own/1.jpg'),
    ],
    ['numbers', empty('sick/P1/1.jpg', 'sick/P7/1.jpg', 'well/P3/1.jpg', 'well/P9/1.jpg')],
  ])('are no datasets of their own: %s', async (_, files) => {
    expect(await refusal(files)).toMatch(/one dataset or several.*"train: \."/);
  });

  it.each([
    ['class1', 'class2'],
    ['0', '1'],
    ['c0', 'c1'],
    ['n01440764', 'n01443537'],
  ])('are told from numbered classes: %s', async (...folders) => {
    const [{ classes }] = await read(flat(...folders));
    expect(classes).toEqual(folders);
  });
});

describe('a split that comes with class folders', () => {
  const images = empty('images/cat/1.jpg', 'images/cat/2.jpg', 'images/dog/1.jpg', 'images/dog/2.jpg');

  it('is read from lists, with or without endings', async () => {
    const [{ samples, inferred }] = await read({
      ...images,
      'meta/train.txt': 'cat/1\ndog/1.jpg\n',
      'meta/test.txt': 'cat/2\ndog/2\n',
    });
    expect(samples.map(({ split }) => split)).toEqual(['train', 'test', 'train', 'test']);
    expect(inferred.join()).toMatch(/train\.txt/);
  });

  it.each<[string, Files]>([
    ['train_test_split.txt', { 'train_test_split.txt': '1 0\n2 1\n' }],
    ['splits.json', { 'splits.json': '{}' }],
    ['train.json', { 'meta/train.json': '{"cat": ["cat/1"]}' }],
    ['lists that leave images out', { 'train.txt': 'cat/1\n', 'test.txt': 'cat/2\n' }],
    ['lists that share an image', { 'train.txt': 'cat/1\ncat/2\ndog/1\n', 'test.txt': 'cat/2\ndog/2\n' }],
  ])('is not passed over: %s', async (_, files) => {
    expect(await refusal({ ...images, ...files })).toMatch(/"train: \."/);
  });
});

it('leaves out the thumbnails of other programs', async () => {
  const [{ samples, skipped }] = await read(
    empty('cat/1.jpg', 'cat/@eaDir/1.jpg', 'cat/thumbs/1.jpg', 'dog/1.jpg', '#recycle/1.jpg'),
  );
  expect(samples).toHaveLength(2);
  expect(skipped.map(({ path }) => path)).toEqual(['cat/thumbs/1.jpg']);
});

it('gives datasets folders that never coincide', () => {
  const long = '狗'.repeat(80);
  const names = distinctNames([`${long}a`, `${long}b`, 'Straße', 'STRASSE', 'reports.json', 'a', 'A', 'a-2']);
  expect(new Set(names.map((name) => name.toUpperCase())).size).toBe(names.length);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThan(200);
  expect(names).not.toContain('reports.json');
});
