import { describe, expect, it } from '@jest/globals';
import { readDatasets } from '../../src/data/catalog.js';
import { ANALYZE } from '../../src/manifest/other-task.js';
import { emptyFiles as empty, folderWith, manifest } from '../fixtures/folder-with.js';

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

  it.each<[string, Files, string]>([
    [
      'a test split without classes',
      empty('train/a/1.jpg', 'train/b/1.jpg', 'test/1.jpg'),
      'dataset.yaml: names no "train" or "labels", and . holds class folders in train, but images without classes in test. Add "train: ." if its folders are the classes; else say with "train" and "test", "path" or "labels" which images to use.',
    ],
    [
      'splits beside other images',
      empty('train/a/1.jpg', 'train/b/1.jpg', 'extra/1.jpg'),
      'dataset.yaml: names no "train" or "labels", and . holds class folders in the splits train, and other images in extra. Add "train: ." if its folders are the classes; else say with "train" and "test", "path" or "labels" which images to use.',
    ],
    [
      'class folders beside images',
      empty('a/x/1.jpg', 'a/y/1.jpg', 'b/1.jpg'),
      'dataset.yaml: names no "train" or "labels", and . could be one dataset or several: a hold class folders, b images. Add "train: ." if its folders are the classes; else say with "train" and "test", "path" or "labels" which images to use.',
    ],
    [
      'several datasets',
      empty('a/x/1.jpg', 'a/y/1.jpg', 'b/x/1.jpg', 'b/y/1.jpg'),
      'dataset.yaml: names no "train" or "labels", and . holds several datasets: a, b. Add "train: ." if its folders are the classes; else say with "train" and "test", "path" or "labels" which images to use.',
    ],
    [
      'class folders one folder deeper',
      empty('pics/a/1.jpg', 'pics/b/1.jpg'),
      'dataset.yaml: names no "train" or "labels", and what . holds is in pics. Add "path: pics".',
    ],
    [
      'splits without classes',
      empty('train/1.jpg', 'test/1.jpg'),
      'dataset.yaml: names no "train" or "labels", and . holds images, but nothing says which class they are of. Add "train: ." if its folders are the classes; else say with "train" and "test", "path" or "labels" which images to use.',
    ],
    [
      'masks',
      empty('images/1.png', 'masks/1.png'),
      `masks: beside images looks like segmentation. ${ANALYZE}`,
    ],
    [
      'boxes',
      { ...empty('images/train/1.jpg'), 'labels/train/1.txt': '0 0.5 0.5 0.1 0.1\n' },
      `labels/train/1.txt: describes object detection (YOLO). ${ANALYZE}`,
    ],
  ])('makes no classes of %s', async (_, files, message) => {
    await expect(read({ ...says, ...files })).rejects.toThrow(new Error(message));
  });

  it('makes classes of any folders where it says so', async () => {
    const [{ classes }] = await read({
      'dataset.yaml': manifest('train: .\n'),
      ...empty('images/1.png', 'masks/1.png', 'train/a/1.png'),
    });
    expect(classes).toEqual(['images', 'masks', 'train']);
  });
});
