import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readDatasets } from '../../src/dataset/read-datasets.js';
import { emptyFiles as empty, folderWith, manifest } from '../fixtures/folder-with.js';

const catsAndDogs = empty('cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg', 'dog/2.png');
const read = (cwd: string, path = '.', options: { manifest?: string; groups?: string } = {}) =>
  readDatasets(path, { ...options, cwd });

describe('readDatasets', () => {
  it('finds class folders without a manifest, and says so', async () => {
    const [dataset] = await read(folderWith({ ...catsAndDogs, ...empty('.git/x.jpg', 'cat/notes.txt') }));
    expect(dataset.origin).toEqual({ kind: 'class folders', file: null });
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.samples.map(({ path }) => path)).toEqual([
      'cat/1.jpg',
      'cat/2.jpg',
      'dog/1.jpg',
      'dog/2.png',
    ]);
  });

  it('names what lies among class folders and is in no class', async () => {
    const png = '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01';
    const bytes = Buffer.from(png, 'latin1');
    const [{ classes, skipped }] = await read(
      folderWith({
        ...catsAndDogs,
        'cat/3': bytes,
        'cat/notes.txt': 'They purr.',
        'fox/1.png_large': bytes,
        'owl/readme.md': 'Soon.',
        'README.md': 'Pets.',
        ...empty('loose.jpg'),
      }),
    );
    expect(classes).toEqual(['cat', 'dog']);
    expect(skipped).toEqual([
      { path: 'loose.jpg', reason: 'beside the class folders' },
      { path: 'cat/3', reason: 'no image ending' },
      { path: 'fox/1.png_large', reason: 'no image ending' },
      { path: 'fox/', reason: 'no images in it' },
      { path: 'owl/', reason: 'no images in it' },
    ]);
  });

  it('knows split folders by all their names', async () => {
    const folder = folderWith(empty('training/a/1.jpg', 'training/b/1.jpg', 'valid/a/2.jpg', 'eval/b/2.jpg'));
    const [{ samples, classes }] = await read(folder);
    expect(classes).toEqual(['a', 'b']);
    expect(samples.map(({ split }) => split)).toEqual(['test', 'train', 'train', 'val']);
  });

  it('reads several datasets under one path, each by itself', async () => {
    const folder = folderWith(empty('one/a/1.jpg', 'one/b/1.jpg', 'two/c/1.jpg', 'two/d/1.jpg'));
    const datasets = await read(folder);
    expect(datasets.map(({ name, classes }) => [name, classes])).toEqual([
      ['one', ['a', 'b']],
      ['two', ['c', 'd']],
    ]);
  });

  it.each([
    ['labels.csv', 'file,label,group,split\nx/1.jpg,cat,g1,train\nx/2.jpg,dog,g2,test\n'],
    ['labels.tsv', 'image\tclass\tgroup\tsplit\nx/1.jpg\tcat\tg1\ttraining\nx/2.jpg\tdog\tg2\teval\n'],
    ['metadata.csv', 'file_name,label,group,split\nx/1.jpg,cat,g1,train\nx/2.jpg,dog,g2,test\n'],
    [
      'labels.jsonl',
      '{"image":"x/1.jpg","label":"cat","group":"g1","split":"train"}\n\n{"image":"x/2.jpg","label":"dog","group":"g2","split":"test"}\n',
    ],
  ])('reads %s', async (name, text) => {
    const [{ samples, classes, origin }] = await read(
      folderWith({ [name]: text, ...empty('x/1.jpg', 'x/2.jpg') }),
    );
    expect(classes).toEqual(['cat', 'dog']);
    expect(samples).toEqual([
      { path: 'x/1.jpg', label: 0, group: 'g1', split: 'train' },
      { path: 'x/2.jpg', label: 1, group: 'g2', split: 'test' },
    ]);
    expect(origin).toEqual({ kind: 'label table', file: name });
  });

  it('reads a metadata table in each split folder, paths relative to it', async () => {
    const table = 'file_name,label\na.jpg,cat\nb.jpg,dog\n';
    const folder = folderWith({
      'train/metadata.csv': table,
      'test/metadata.csv': table,
      ...empty('train/a.jpg', 'train/b.jpg', 'test/a.jpg', 'test/b.jpg'),
    });
    const [{ samples }] = await read(folder);
    expect(samples.map(({ path, split }) => [path, split])).toEqual([
      ['test/a.jpg', 'test'],
      ['test/b.jpg', 'test'],
      ['train/a.jpg', 'train'],
      ['train/b.jpg', 'train'],
    ]);
  });

  it('reads a manifest: path, splits, names, groups, plan', async () => {
    const folder = folderWith({
      'my.headstart.yaml': manifest(
        'path: pics\ntrain: train\ntest: held\nnames: { a: Ant, b: Bee }\ngroups: { file: who.csv, group: person }\nplan: { examples: 5000 }\nlicense: MIT\n',
      ),
      'who.csv': 'image,person\ntrain/a/1.png,p1\ntrain/b/1.png,p2\nheld/a/2.png,p3\n',
      ...empty('pics/train/a/1.png', 'pics/train/b/1.png', 'pics/held/a/2.png'),
    });
    const [dataset] = await read(folder);
    expect(dataset).toMatchObject({
      name: 'my',
      classes: ['Ant', 'Bee'],
      license: 'MIT',
      plan: { examples: 5000 },
    });
    expect(dataset.samples).toEqual([
      { path: 'train/a/1.png', label: 0, group: 'p1', split: 'train' },
      { path: 'train/b/1.png', label: 1, group: 'p2', split: 'train' },
      { path: 'held/a/2.png', label: 0, group: 'p3', split: 'test' },
    ]);
  });

  it('takes --groups for a dataset that has none of its own', async () => {
    const folder = folderWith({
      ...catsAndDogs,
      'g.csv': 'image,group\ncat/1.jpg,x\ncat/2.jpg,x\ndog/1.jpg,y\n',
    });
    const [{ samples }] = await read(folder, '.', { groups: 'g.csv' });
    expect(samples.map(({ group }) => group)).toEqual(['x', 'x', 'y', null]);
  });

  it('finds names in either Unicode form', async () => {
    const decomposed = 'Z\u0307.jpg';
    const folder = folderWith({
      'labels.csv': `image,label\n\u017b.jpg,a\n🙂.jpg,b\n`,
      ...empty(decomposed, '🙂.jpg'),
    });
    const [{ samples }] = await read(folder);
    expect(samples.map(({ path }) => path)).toEqual([decomposed, '🙂.jpg']);
  });

  it('leaves out what a table lists and nobody has, and remembers where', async () => {
    const folder = folderWith({
      'labels.csv': 'image,label\n1.jpg,a\n2.jpg,b\n3.jpg,b\n',
      ...empty('1.jpg', '2.jpg'),
    });
    const [{ samples, absent }] = await read(folder);
    expect(samples).toHaveLength(2);
    expect(absent).toEqual([{ path: '3.jpg', file: 'labels.csv', line: 4 }]);
  });

  it('reads the normalization of a backbone of the user’s own', async () => {
    const [without] = await read(folderWith(catsAndDogs));
    expect(without.scaling).toBeNull();
    const keys = 'mean: [0, 0.5, 1], std: [1, 0.5, 0.25]';
    const [given] = await read(
      folderWith({ ...catsAndDogs, 'dataset.yaml': manifest(`train: .\nimage: { ${keys} }\n`) }),
    );
    expect(given.scaling).toEqual({ mean: [0, 0.5, 1], std: [1, 0.5, 0.25] });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a mean without a deviation',
      { ...catsAndDogs, 'dataset.yaml': manifest('train: .\nimage: { mean: [0, 0, 0] }\n') },
      /^dataset\.yaml:3:16: image\.std is missing/,
    ],
    [
      'a deviation without a mean',
      { ...catsAndDogs, 'dataset.yaml': manifest('train: .\nimage: { std: [1, 1, 1] }\n') },
      /^dataset\.yaml:3:15: image\.mean is missing/,
    ],
    [
      'a deviation of 0',
      { ...catsAndDogs, 'dataset.yaml': manifest('train: .\nimage: { mean: [0, 0, 0], std: [1, 0, 1] }\n') },
      /^dataset\.yaml:3:32: image\.std must be above 0/,
    ],
    ['an empty folder', empty('.keep'), /^\.: is empty\. Put images into one folder per class/],
    ['a folder of something else', { 'a.bin': '' }, /^\.: holds no dataset.*a\.bin/],
    ['one class', empty('cat/1.jpg', 'cat/2.jpg'), /only one class, "cat"/],
    [
      'several tables',
      { 'labels.csv': '', 'metadata.csv': '' },
      /several descriptions: labels\.csv, metadata\.csv\. Choose one with --manifest/,
    ],
    [
      'two manifests',
      { 'a.headstart.yaml': manifest(''), 'b.headstart.yaml': manifest('') },
      /several descriptions/,
    ],
    [
      'labels for absent files',
      { 'labels.csv': 'image,label\na.jpg,x\nb.jpg,y\n' },
      /^labels\.csv:2: 2 of its 2 images.*"a\.jpg"/,
    ],
    [
      'a path that leaves',
      { 'labels.csv': 'image,label\n../../etc/passwd,x\nb.jpg,y\n' },
      /labels\.csv:2: "\.\.\/\.\.\/etc\/passwd" leaves the dataset’s folder/,
    ],
    ['a root that leaves', { 'dataset.yaml': manifest('path: ../..\n') }, /leaves the dataset’s folder/],
    [
      'a table without columns for it',
      { 'labels.csv': 'a,b\nx,y\n' },
      /labels\.csv:1: has no column for the image/,
    ],
    [
      'a column that is misspelt',
      {
        'dataset.yaml': manifest('labels: { file: t.csv, label: kindd }\n'),
        't.csv': 'image,kind\na.jpg,x\n',
      },
      /t\.csv:1: has no column "kindd"\. Did you mean "kind"\?/,
    ],
    [
      'an image twice',
      { 'labels.csv': 'image,label\na.jpg,x\na.jpg,y\n', ...empty('a.jpg') },
      /labels\.csv:3: lists a\.jpg again, after line 2/,
    ],
    [
      'multi-label cells',
      { 'labels.csv': 'image,label\na.jpg,x|y\nb.jpg,y\n', ...empty('a.jpg', 'b.jpg') },
      /several labels in one cell: this looks like multi-label.*analyze/,
    ],
    [
      'multi-label lists',
      { 'labels.jsonl': '{"image":"a.jpg","label":["x","y"]}\n', ...empty('a.jpg') },
      /lists: this looks like multi-label or detection/,
    ],
    [
      'regression',
      { 'labels.csv': 'image,label\na.jpg,0.53\nb.jpg,1.27\n', ...empty('a.jpg', 'b.jpg') },
      /continuous numbers: this looks like regression/,
    ],
    [
      'broken JSONL',
      { 'labels.jsonl': '{"image":"a.jpg"\n', ...empty('a.jpg') },
      /labels\.jsonl:1: is not a JSON object on one line/,
    ],
    [
      'an unknown split',
      { 'labels.csv': 'image,label,split\na.jpg,x,holdout\n', ...empty('a.jpg') },
      /^labels\.csv:2: .*split "holdout"/,
    ],
    [
      'YOLO detection',
      { 'data.yaml': 'train: images\nval: images\nnames: [a]\n', ...empty('labels/a.txt', 'images/a.jpg') },
      /data\.yaml: describes object detection \(YOLO\)\..*analyze/,
    ],
    [
      'a YOLO data file',
      { 'data.yaml': 'train: images\nval: images\nnames: [a, b]\n', ...empty('images/a.jpg') },
      /YOLO data file.*headstart\/v1/,
    ],
    [
      'COCO',
      { 'instances.json': '{"images":[],"annotations":[]}', ...empty('a.jpg') },
      /detection, segmentation or captions \(COCO\)/,
    ],
    ['audio', empty('yes/1.wav', 'no/1.wav'), /looks like audio, not images\..*analyze/],
    ['text', empty('pos/1.txt', 'neg/1.txt'), /looks like text, not images/],
    [
      'names that lack a class',
      { 'dataset.yaml': manifest('names: [cat]\n'), ...catsAndDogs },
      /"names" lacks "dog"/,
    ],
    [
      'counts that differ',
      { 'dataset.yaml': manifest('train: .\nexpect: { train: 5 }\n'), ...catsAndDogs },
      /"expect\.train" is 5, but .*4 images/,
    ],
    [
      'a file that has changed',
      {
        'dataset.yaml': manifest(`files: [{ path: cat/1.jpg, sha256: "${'0'.repeat(64)}" }]\n`),
        ...catsAndDogs,
      },
      /^dataset\.yaml:2:9: "cat\/1\.jpg" .*SHA-256/,
    ],
  ])('refuses %s', async (_, files, message) => {
    await expect(read(folderWith(files))).rejects.toThrow(message);
  });

  it('names a path that does not exist', async () => {
    await expect(read(folderWith({}), 'nowhere')).rejects.toThrow(
      /^nowhere: does not exist\. Check the path\.$/,
    );
    await expect(read(folderWith({}), '.', { manifest: 'no.yaml' })).rejects.toThrow(
      /no\.yaml: does not exist/,
    );
  });

  it('follows no folder that is a link out of the dataset', async () => {
    const folder = folderWith(empty('set/cat/1.jpg', 'set/dog/1.jpg', 'outside/1.jpg'));
    symlinkSync(join(folder, 'outside'), join(folder, 'set', 'fox'));
    await expect(read(folder, 'set')).rejects.toThrow(/fox: is a link that leaves the dataset’s folder/);
  });

  it('says when groups fit another dataset', async () => {
    const folder = folderWith({ ...catsAndDogs, 'g.csv': 'image,group\nelse/1.jpg,x\n' });
    await expect(read(folder, '.', { groups: 'g.csv' })).rejects.toThrow(
      /g\.csv:2: 1 of its 1 images are not in the dataset.*relative to the dataset’s root/s,
    );
  });
});

const shared = join(import.meta.dirname, '../../../shared/datasets');
const present = existsSync(shared);
(present ? describe : describe.skip)(
  `the eight real sets${present ? '' : ' (skipped: ../shared/datasets is not here)'}`,
  () => {
    it.each([
      ['arabic-characters', 28, 9996, 1988],
      ['cifar10', 10, 10_000, 2000],
      ['dog-cat', 2, 1399, 0],
      ['gtsrb', 43, 5879, 1680],
      ['sign-digits', 10, 2000, 0],
      ['textures10', 10, 1200, 0],
      ['trashnet', 6, 1999, 0],
      ['wbc', 4, 1600, 0],
    ])('%s has %i classes and %i images, %i of them for test', async (name, classes, images, test) => {
      const [dataset] = await read(shared, name);
      expect(dataset.classes).toHaveLength(classes);
      expect(dataset.samples).toHaveLength(images);
      expect(dataset.samples.filter(({ split }) => split === 'test')).toHaveLength(test);
    });
  },
);
