import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDatasets } from '../../../src/dataset/read-datasets.js';
import { openTable } from '../../../src/dataset/list/table.js';
import { emptyFiles as empty, folderWith, manifest } from '../../fixtures/folder-with.js';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

const read = (files: Record<string, string | Uint8Array>, options: { groups?: string } = {}) =>
  readDatasets('.', { ...options, cwd: folderWith(files) });
const twoImages = empty('1.jpg', '2.jpg');

describe('tables', () => {
  it.each<[string, string, string]>([
    ['a byte-order mark and CRLF', 'labels.csv', '\uFEFFimage,label\r\n1.jpg,a\r\n2.jpg,b\r\n'],
    ['quotes', 'labels.csv', '"image","label"\n"1.jpg","a"\n"2.jpg","b"\n'],
    ['semicolons', 'labels.csv', 'image;label\n1.jpg;a\n2.jpg;b\n'],
    ['old line ends', 'labels.csv', 'image,label\r1.jpg,a\r2.jpg,b'],
    ['blanks around cells', 'labels.csv', ' image , label \n 1.jpg , a \n 2.jpg , b \n'],
    ['backslashes and ./', 'labels.csv', 'image,label\n.\\1.jpg,a\n./2.jpg,b\n'],
    [
      'quotes within a line that open no cell, and line breaks in other columns',
      'labels.csv',
      'image,label,note\n1.jpg,"big" a,"one\n""two"", three"\n2.jpg,b,5"\n',
    ],
    [
      'a label in JSON as number and as text',
      'labels.jsonl',
      '{"image":"1.jpg","label":"1"}\n{"image":"2.jpg","label":2}',
    ],
    ['numbers in JSON', 'labels.jsonl', '{"image":"1.jpg","label":0}\n{"image":"2.jpg","label":1}'],
  ])('may have %s', async (_, name, text) => {
    const [{ samples }] = await read({ [name]: text, ...twoImages });
    expect(samples.map(({ path, label }) => [path, label])).toEqual([
      ['1.jpg', 0],
      ['2.jpg', 1],
    ]);
  });

  it('are found relative to the dataset’s root, then to themselves', async () => {
    const [{ samples, root }] = await read({
      'dataset.yaml': manifest('path: pics\nlabels: { file: meta/l.csv }\n'),
      'meta/l.csv': 'image,label\na/1.jpg,x\n../pics/a/2.jpg,y\n',
      ...empty('pics/a/1.jpg', 'pics/a/2.jpg'),
    });
    expect(root.endsWith('pics')).toBe(true);
    expect(samples.map(({ path }) => path)).toEqual(['a/1.jpg', 'a/2.jpg']);
  });

  it.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    ['no rows', { 'labels.csv': 'image,label\n' }, /^labels\.csv:1: has no rows.*header/],
    ['nothing', { 'labels.csv': '' }, /^labels\.csv:1: has no rows.*header/],
    [
      'too few cells',
      { 'labels.csv': 'image,label,note\n\n1.jpg,a,"1\r\n2"\n2.jpg\n' },
      /^labels\.csv:5: has 1 instead of 3 cells.*quotes/,
    ],
    [
      'an open quote',
      { 'labels.csv': 'image,label\n1.jpg,a\n2.jpg,"b\n3.jpg,c\n' },
      /^labels\.csv:3: .*quote.* never closes/,
    ],
    [
      'stray quotes that join rows in the class',
      { 'labels.csv': 'image,label\n1.jpg,a\n2.jpg,"b\n3.jpg,a\n4.jpg,"b\n5.jpg,a\n' },
      /^labels\.csv:3: .*quote.* closes in another row/,
    ],
    [
      'stray quotes that join rows in another column',
      { 'labels.tsv': 'image\tlabel\tnote\n1.jpg\ta\t"5 inch\n2.jpg\tb\tx\n3.jpg\ta\t"5 inch\n' },
      /^labels\.tsv:2: .*quote.* closes in another row/,
    ],
    [
      'a line break in the class',
      { 'labels.csv': 'image,label\n1.jpg,"a\n2.jpg,b"\n', ...twoImages },
      /^labels\.csv:2: .*"label".* line break.*quote/,
    ],
    [
      'a split of another name',
      { 'labels.csv': 'image,label,split\n1.jpg,a,mine\n', ...twoImages },
      /^labels\.csv:2: .*split "mine".*train, val or test/,
    ],
    ['Latin-1', { 'labels.csv': Uint8Array.from([0x61, 0xe9]) }, /^labels\.csv: .*UTF-8.*Save/],
    [
      'a Git LFS pointer',
      { 'labels.csv': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n' },
      /^labels\.csv: .*Git LFS pointer.*"git lfs pull"/,
    ],
    ['a column twice', { 'labels.csv': 'image,label,label\n1.jpg,a,b\n' }, /^labels\.csv:1: .*"label" twice/],
    [
      'no image',
      { 'labels.csv': 'image,label\n1.jpg,a\n,b\n', ...twoImages },
      /^labels\.csv:3: .*"image" is empty.*remove the row/,
    ],
    [
      'no label',
      { 'labels.csv': 'image,label\n1.jpg,a\n2.jpg,\n', ...twoImages },
      /^labels\.csv:3: .*"label" is empty.*remove the row/,
    ],
    [
      'addresses on the web',
      { 'labels.csv': 'image,label\nhttps://example.org/1.jpg,a\n' },
      /^labels\.csv:2: "https:\/\/example\.org\/1\.jpg" .*URL.*repository/,
    ],
    [
      'absolute paths',
      { 'labels.csv': 'image,label\nC:\\pics\\1.jpg,a\n' },
      /^labels\.csv:2: "C:\\pics\\1\.jpg" is absolute.*relative/,
    ],
    [
      'paths of another folder',
      { 'labels.csv': 'image,label\n1.jpg,a\n2.jpg,b\n', ...empty('images/1.jpg', 'images/2.jpg') },
      /^labels\.csv:2: 2 of its 2 images.*"1\.jpg".*"images\/1\.jpg".*"path: images"/,
    ],
    [
      'paths from further up',
      {
        'labels.csv': 'image,label\nset/pics/1.jpg,a\nset/pics/2.jpg,b\n',
        ...empty('pics/1.jpg', 'pics/2.jpg'),
      },
      /^labels\.csv:2: 2 of its 2 images.*"set\/pics\/1\.jpg".*"pics\/1\.jpg".*relative/,
    ],
    [
      'names without ending',
      { 'labels.csv': 'image,label\n1,a\n2,b\n', ...twoImages },
      /^labels\.csv:2: 2 of its 2 images.*"1".*"1\.jpg".*extension/,
    ],
    [
      'other capitals',
      { 'labels.csv': 'image,label\nA.JPG,a\nB.JPG,b\n', ...empty('a.jpg', 'b.jpg') },
      /^labels\.csv:2: 2 of its 2 images.*"A\.JPG".*"a\.jpg".*case/,
    ],
    [
      'images that were never fetched',
      { 'labels.csv': 'image,label\n1.jpg,a\n2.jpg,b\n' },
      /^labels\.csv:2: 2 of its 2 images.*"1\.jpg".*no images at all/,
    ],
    [
      'the same image with many labels',
      { 'labels.csv': 'image,label\n1.jpg,a\n1.jpg,b\n2.jpg,a\n2.jpg,b\n', ...twoImages },
      /^labels\.csv:3: .*1\.jpg again, after line 2.*multi-label.*analyze/,
    ],
    [
      'boxes',
      { 'labels.csv': 'image,xmin,ymin\n1.jpg,2,3\n', ...twoImages },
      /^labels\.csv:1: .*"xmin" holds boxes.*detection.*analyze/,
    ],
    [
      'masks',
      { 'labels.csv': 'image,mask\n1.jpg,1.png\n', ...twoImages },
      /^labels\.csv:1: .*"mask" holds masks.*segmentation.*analyze/,
    ],
    [
      'captions',
      { 'metadata.csv': 'file_name,text\n1.jpg,a cat\n', ...twoImages },
      /^metadata\.csv:1: .*"text" holds text.*captions.*analyze/,
    ],
    [
      'texts',
      { 'labels.csv': 'text,label\nhello,a\n' },
      /^labels\.csv:1: has no column for the image .*it has text, label.*manifest/,
    ],
    [
      'a column for each label',
      { 'labels.csv': 'image,cat,dog\n1.jpg,1,0\n2.jpg,1,1\n', ...twoImages },
      /^labels\.csv:1: .*0 and 1.*"cat", "dog".*multi-label.*analyze/,
    ],
    [
      'numbers and no class',
      {
        'labels.csv': `image,age\n${Array.from({ length: 30 }, (_, i) => `${i}.jpg,${i * 1.5}`).join('\n')}\n`,
        ...empty('1.jpg'),
      },
      /^labels\.csv:1: .*"age".* continuous numbers.*regression.*analyze/,
    ],
    [
      'labels that are captions',
      {
        'labels.csv': `image,label\n${Array.from({ length: 60 }, (_, i) => `${i}.jpg,a photo of ${i}`).join('\n')}\n`,
        ...empty('1.jpg'),
      },
      /^labels\.csv:2: .*"label".* almost all different.*captions.*analyze/,
    ],
  ])('are refused with %s', async (_, files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });

  it.each<[string, string, string, string]>([
    [
      'TensorFlow’s',
      'annotations.csv',
      'filename,width,height,class,xmin,ymin,xmax,ymax\n1.jpg,8,8,a,1,1,4,4\n2.jpg,8,8,b,1,1,4,4\n',
      'xmin',
    ],
    [
      'several an image',
      'annotations.csv',
      'filename,class,xmin,ymin,xmax,ymax\n1.jpg,a,1,1,4,4\n1.jpg,a,2,2,4,4\n2.jpg,b,1,1,4,4\n',
      'xmin',
    ],
    [
      'Hugging Face’s',
      'metadata.jsonl',
      '{"file_name":"1.jpg","label":"a","objects":{"bbox":[[1,2,3,4]]}}\n{"file_name":"2.jpg","label":"b","objects":{"bbox":[]}}\n',
      'objects',
    ],
  ])('with boxes are detection beside a class column, too: %s', async (_, name, text, column) => {
    await expect(read({ [name]: text, ...twoImages })).rejects.toThrow(
      new RegExp(`^${name}:1: .*"${column}" holds boxes.*detection.*analyze.*manifest`),
    );
  });

  it('with boxes are read where a manifest names the class column', async () => {
    const [{ classes }] = await read({
      'dataset.yaml': manifest('labels: { file: boxes.csv, label: class }\n'),
      'boxes.csv': 'filename,class,xmin,ymin,xmax,ymax\n1.jpg,a,1,1,4,4\n2.jpg,b,1,1,4,4\n',
      ...twoImages,
    });
    expect(classes).toEqual(['a', 'b']);
  });

  it('may have classes with commas in them', async () => {
    const [{ classes }] = await read({
      'labels.csv': 'image,label\n1.jpg,"Apple, healthy"\n2.jpg,"Apple, scab"\n3.jpg,"Grape, rot"\n',
      ...empty('1.jpg', '2.jpg', '3.jpg'),
    });
    expect(classes).toEqual(['Apple, healthy', 'Apple, scab', 'Grape, rot']);
  });

  /** A table of one image a label. */
  const labelled = (labels: string[]) => ({
    'labels.csv': `image,label\n${labels.map((label, i) => `${i}.jpg,"${label}"\n`).join('')}`,
    ...empty(...labels.map((_, i) => `${i}.jpg`)),
  });
  const grid = ['Apple', 'Corn', 'Grape'].flatMap((thing) => [`${thing}, healthy`, `${thing}, rust`]);

  it.each<[string, string[]]>([
    ['things in the same states', grid],
    ['a thing and a kind of it', ['Cat', 'Cat, wild', 'Dog']],
  ])('may have classes that are %s', async (_, labels) => {
    const [{ classes }] = await read(labelled(labels));
    expect(classes).toEqual([...labels].sort());
  });

  it.each<[string, string[]]>([
    ['in any order', ['cat, dog', 'dog, fox', 'fox, cat', 'cat, fox']],
    ['that stand alone, too', ['cat, dog', 'dog', 'cat']],
    ['without a blank', ['cat,dog', 'cat', 'fox']],
    ['with bars', grid.map((label) => label.replace(', ', '|'))],
  ])('may not have several labels in a cell, %s', async (_, labels) => {
    await expect(read(labelled(labels))).rejects.toThrow(/several labels in one cell/);
  });

  it('may have any classes that the manifest names', async () => {
    const labels = ['cat|dog', 'cat'];
    const [{ classes }] = await read({
      ...labelled(labels),
      'dataset.yaml': manifest(`labels: { file: labels.csv }\nnames: ${JSON.stringify(labels)}\n`),
    });
    expect(classes).toEqual(labels);
  });

  it('tell the line that each row begins on, whatever is in the cells', () => {
    const cell = fc.stringMatching(/^[a-z ,"\n\r]{0,8}$/);
    const end = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, fc.nat(2)), { minLength: 1 }), end, (rows, feed) => {
        let text = `a,b${feed}`;
        const expected: [string[], number][] = [];
        for (const [a, b, blank] of rows) {
          text += feed.repeat(blank);
          expected.push([[a.trim(), b.trim()], text.split(/\r\n|\n|\r/).length]);
          text += `"${a.replaceAll('"', '""')}","${b.replaceAll('"', '""')}"${feed}`;
        }
        const found: [string[], number][] = [];
        openTable(join(folderWith({ 't.csv': text }), 't.csv'), 't.csv').eachRow(['a', 'b'], (cells, line) =>
          found.push([cells, line]),
        );
        expect(found).toEqual(expected);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});

describe('splits and names beside tables', () => {
  const files = {
    'l.csv': 'image,label\na/1.jpg,0\na/2.jpg,1\nb/3.jpg,01\nc/4.jpg,0\n',
    ...empty('a/1.jpg', 'a/2.jpg', 'b/3.jpg', 'c/4.jpg'),
  };

  it('takes splits from folders and lists, and says which rows are in none', async () => {
    const [{ samples, leftOut, absent }] = await read({
      ...files,
      'held.txt': '# held out\nb/3.jpg\nb/gone.jpg\n',
      'dataset.yaml': manifest('labels: { file: l.csv }\ntrain: a\ntest: [held.txt]\n'),
    });
    expect(samples.map(({ path, split }) => [path, split])).toEqual([
      ['a/1.jpg', 'train'],
      ['a/2.jpg', 'train'],
      ['b/3.jpg', 'test'],
    ]);
    expect(leftOut).toEqual([{ path: 'c/4.jpg', file: 'l.csv', line: 5 }]);
    expect(absent).toEqual([{ path: 'b/gone.jpg', file: 'held.txt', line: 3 }]);
  });

  it('takes the table’s split where the manifest names none', async () => {
    const [{ samples }] = await read({
      'l.csv': 'image,label,split\na/1.jpg,x,train\nb/2.jpg,y,\n',
      'dataset.yaml': manifest('labels: { file: l.csv }\ntest: b\n'),
      ...empty('a/1.jpg', 'b/2.jpg'),
    });
    expect(samples.map(({ split }) => split)).toEqual(['train', 'test']);
  });

  it('names labels by number', async () => {
    const byList = manifest('labels: { file: l.csv }\nnames: [cat, dog]\n');
    const byMap = manifest('labels: { file: l.csv }\nnames: { 0: zebra, 1: ant }\n');
    const [[list], [map]] = await Promise.all([
      read({ ...files, 'dataset.yaml': byList }),
      read({ ...files, 'dataset.yaml': byMap }),
    ]);
    expect([list.classes, list.samples.map(({ label }) => label)]).toEqual([
      ['cat', 'dog'],
      [0, 1, 1, 0],
    ]);
    expect([map.classes, map.samples.map(({ label }) => label)]).toEqual([
      ['ant', 'zebra'],
      [1, 0, 0, 1],
    ]);
  });

  it('joins labels that get the same name', async () => {
    const [{ classes, samples }] = await read({
      ...empty('tabby/1.jpg', 'siamese/1.jpg', 'pug/1.jpg'),
      'dataset.yaml': manifest('names: { tabby: cat, siamese: cat, pug: dog }\n'),
    });
    expect(classes).toEqual(['cat', 'dog']);
    expect(samples.map(({ path, label }) => [path, label])).toEqual([
      ['pug/1.jpg', 1],
      ['siamese/1.jpg', 0],
      ['tabby/1.jpg', 0],
    ]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a name that no image has',
      { 'dataset.yaml': manifest('names: [cat, dog, fox]\n'), ...empty('cat/1.jpg', 'dog/1.jpg') },
      /^dataset\.yaml:2:8: no image .*"fox"/,
    ],
    [
      'a name twice',
      {
        'dataset.yaml': manifest('names:\n  - cat\n  - dog\n  - cat\n'),
        ...empty('cat/1.jpg', 'dog/1.jpg'),
      },
      /^dataset\.yaml:5:5: .*"cat" twice.* 0 and 2.*map/,
    ],
    [
      'a misspelt name',
      { 'dataset.yaml': manifest('names: [cat, elepant]\n'), ...empty('cat/1.jpg', 'elephant/1.jpg') },
      /^dataset\.yaml:2:8: "names" lacks "elephant"\. Did you mean "elepant"\?/,
    ],
    [
      'counts that are not met',
      { 'dataset.yaml': manifest('expect: { train: 3, test: 1 }\n'), ...empty('cat/1.jpg', 'dog/1.jpg') },
      /^dataset\.yaml:2:18: "expect\.train" is 3, but .*2 images.*\ndataset\.yaml:2:27: "expect\.test" is 1, but .*0 images/,
    ],
    [
      'a pinned file of another size',
      {
        'dataset.yaml': manifest('files:\n  - { path: x.bin, bytes: 7 }\n  - { path: y.bin, bytes: 7 }\n'),
        'x.bin': '123',
        'y.bin': 'version https://git-lfs.github.com/spec/v1\n',
        ...empty('cat/1.jpg', 'dog/1.jpg'),
      },
      /^dataset\.yaml:3:5: "x\.bin" has 3 bytes, not 7.*\ndataset\.yaml:4:5: "y\.bin" has 43 bytes, not 7.*Git LFS.*"git lfs pull"/,
    ],
    [
      'an image in two splits',
      {
        'dataset.yaml': manifest('train: a.txt\ntest: b.txt\n'),
        'a.txt': 'cat/1.jpg\ndog/1.jpg\n',
        'b.txt': 'cat/1.jpg\n',
        ...empty('cat/1.jpg', 'dog/1.jpg'),
      },
      /^\.: cat\/1\.jpg .*twice.*"train".*"test"/,
    ],
    [
      'an image of the table in two lists',
      {
        ...files,
        'dataset.yaml': manifest('labels: { file: l.csv }\ntrain: a.txt\ntest: b.txt\n'),
        'a.txt': 'a/1.jpg\na/2.jpg\n',
        'b.txt': 'b/3.jpg\na/2.jpg\n',
      },
      /^b\.txt:2: "a\/2\.jpg" is in test, and already in train \(a\.txt:2\)/,
    ],
    [
      'a folder that is two splits',
      { ...files, 'dataset.yaml': manifest('labels: { file: l.csv }\ntrain: a\ntest: [b, a]\n') },
      /^a: "a" is in test, and already in train/,
    ],
    [
      'a table that contradicts the manifest',
      {
        ...files,
        'l.csv': 'image,label,split\na/1.jpg,x,train\na/2.jpg,y,test\n',
        'dataset.yaml': manifest('labels: { file: l.csv }\ntrain: a\ntest: b\n'),
      },
      /^l\.csv:3: puts "a\/2\.jpg" into test, .*manifest.* train \(a\)/,
    ],
    [
      'splits that hold no image of the table',
      {
        ...files,
        'dataset.yaml': manifest('labels: { file: l.csv }\ntrain: other\n'),
        ...empty('other/1.jpg'),
      },
      /^l\.csv:2: none of its 4 images.*"a\/1\.jpg"/,
    ],
    [
      'a folder for a table',
      { 'dataset.yaml': manifest('labels: { file: cat }\n'), ...empty('cat/1.jpg', 'dog/1.jpg') },
      /^cat: is a folder, not a table/,
    ],
    [
      'a folder for groups',
      { 'dataset.yaml': manifest('groups: { file: cat }\n'), ...empty('cat/1.jpg', 'dog/1.jpg') },
      /^cat: is a folder, not a table/,
    ],
    [
      'a list of images without a folder',
      { 'dataset.yaml': manifest('train: a.txt\n'), 'a.txt': '1.jpg\n', ...empty('1.jpg') },
      /^a\.txt: "1\.jpg" is in no folder.*"labels"/,
    ],
    [
      'places that are not there',
      { 'dataset.yaml': manifest('train: [a, b]\n'), ...empty('a/cat/1.jpg') },
      /^dataset\.yaml:2:12: "b" does not exist/,
    ],
  ])('refuses %s', async (_, given, message) => {
    await expect(read(given)).rejects.toThrow(message);
  });
});

// Root may read anything.
(process.getuid?.() === 0 ? describe.skip : describe)(
  'files that may not be read (not as root, who may read all)',
  () => {
    it.each<[string, string]>([
      ['labels.csv', manifest('labels: { file: labels.csv }\n')],
      ['train.txt', manifest('train: train.txt\n')],
    ])('are named, such as %s', async (name, text) => {
      const cwd = folderWith({ 'dataset.yaml': text, [name]: 'image,label\n' });
      chmodSync(join(cwd, name), 0);
      await expect(readDatasets('.', { cwd })).rejects.toThrow(
        `${name}: cannot be read (EACCES). Check its permissions.`,
      );
    });
  },
);

describe('groups', () => {
  const set = { ...empty('cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg', 'dog/2.jpg') };

  it('come from a table beside, which goes before the column', async () => {
    const [{ samples }] = await read(
      {
        'labels.csv': 'image,label,group\n1.jpg,a,own\n2.jpg,b,own\n3.jpg,b,own\n',
        'g.csv': 'image,group\n1.jpg,p\n2.jpg,\n3.jpg,q\n',
        ...empty('1.jpg', '2.jpg'),
      },
      { groups: 'g.csv' },
    );
    expect(samples.map(({ group }) => group)).toEqual(['p', 'own']);
  });

  it.each<[string, string, RegExp]>([
    [
      'of images that are not there',
      'image,group\ncat/1.jpg,a\ncat/9.jpg,b\n',
      /^g\.csv:3: 1 of its 2 images.*not in the dataset.*"cat\/9\.jpg".*relative/,
    ],
    [
      'with two groups for an image',
      'image,group\ncat/1.jpg,a\ncat/1.jpg,b\n',
      /^g\.csv:3: .*cat\/1\.jpg a second group, "b"/,
    ],
    [
      'without a column for them',
      'image,who\ncat/1.jpg,a\n',
      /^g\.csv:1: has no column for the group .*it has image, who.*groups:/,
    ],
  ])('are refused %s', async (_, text, message) => {
    await expect(read({ ...set, 'g.csv': text }, { groups: 'g.csv' })).rejects.toThrow(message);
  });

  it('are refused when the table is not there', async () => {
    await expect(read(set, { groups: 'no.csv' })).rejects.toThrow(/^no\.csv: does not exist/);
  });
});
