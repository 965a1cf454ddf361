import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDatasets } from '../../src/dataset/read-datasets.js';
import { InputError } from '../../src/problem.js';
import { emptyFiles as empty, folderWith, manifest } from '../fixtures/folder-with.js';

const read = (cwd: string, path = '.', options: { manifest?: string } = {}) =>
  readDatasets(path, { ...options, cwd });
const catsAndDogs = empty('set/cat/1.jpg', 'set/dog/1.jpg', 'outside/1.jpg');

/** `link` in the folder leads to `target`, both relative to it. */
function link(folder: string, target: string, from: string): void {
  symlinkSync(join(folder, target), join(folder, from));
}

describe('links', () => {
  it('that lead out are named, however many they are', async () => {
    const folder = folderWith(catsAndDogs);
    for (const name of ['cat/a.jpg', 'cat/b.jpg', 'dog/c.jpg']) link(folder, 'outside/1.jpg', `set/${name}`);
    await expect(read(folder, 'set')).rejects.toThrow(
      /^set\/cat\/a\.jpg: is a link that leaves .*\(also 2 more: set\/cat\/b\.jpg, set\/dog\/c\.jpg\)/,
    );
  });

  it('to folders outside are named as well, also where nothing else is there', async () => {
    const folder = folderWith(empty('outside/cat/1.jpg', 'outside/dog/1.jpg'));
    mkdirSync(join(folder, 'set'));
    for (const name of ['cat', 'dog']) link(folder, `outside/${name}`, `set/${name}`);
    await expect(read(folder, 'set')).rejects.toThrow(
      /^set\/cat: is a link that leaves the dataset’s folder \(also 1 more: set\/dog\)\./,
    );
  });

  it('inside the dataset are followed, but not in circles', async () => {
    const folder = folderWith(catsAndDogs);
    link(folder, 'set/cat', 'set/fox');
    link(folder, 'set', 'set/dog/all');
    link(folder, 'set/dog', 'set/dog/self');
    link(folder, 'set/cat/1.jpg', 'set/dog/2.jpg');
    const [{ samples }] = await read(folder, 'set');
    expect(samples.map(({ path }) => path)).toEqual(['cat/1.jpg', 'dog/1.jpg', 'dog/2.jpg', 'fox/1.jpg']);
  });

  it('that lead nowhere stay in the list, so that the decoder names them', async () => {
    const folder = folderWith(catsAndDogs);
    link(folder, 'set/gone.jpg', 'set/cat/broken.jpg');
    const [{ samples }] = await read(folder, 'set');
    expect(samples.map(({ path }) => path)).toContain('cat/broken.jpg');
  });

  it('that a table names may not lead out', async () => {
    const folder = folderWith({ ...catsAndDogs, 'set/labels.csv': 'image,label\ncat/1.jpg,a\nx/1.jpg,b\n' });
    link(folder, 'outside', 'set/x');
    await expect(read(folder, 'set')).rejects.toThrow(/^set\/x: is a link that leaves/);
  });

  it('that a manifest names may not lead out', async () => {
    const folder = folderWith({ ...catsAndDogs, 'set/dataset.yaml': manifest('path: x\n') });
    link(folder, 'outside', 'set/x');
    await expect(read(folder, 'set')).rejects.toThrow(
      /^set\/dataset\.yaml:2:7: "x" leaves the dataset’s folder/,
    );
  });
});

describe('paths of a manifest', () => {
  const keys: [string, string][] = [
    ['path', 'path: PLACE\n'],
    ['train', 'train: PLACE\n'],
    ['val', 'val: [PLACE]\n'],
    ['labels.file', 'labels: { file: PLACE }\n'],
    ['groups.file', 'groups: { file: PLACE }\n'],
    ['files', 'files: [{ path: PLACE }]\n'],
  ];
  const places: [string, string][] = [
    ['"../outside"', '"../outside" leaves the dataset’s folder.'],
    ['"cat/../../outside"', '"cat/../../outside" leaves the dataset’s folder.'],
    ['"..\\\\outside"', '"..\\outside" leaves the dataset’s folder.'],
    ['/etc', '"/etc" is absolute and leaves the dataset’s folder.'],
    ['"C:\\\\pics"', '"C:\\pics" is absolute and leaves the dataset’s folder.'],
    ['nowhere', '"nowhere" does not exist.'],
  ];
  it.each(
    keys.flatMap(([key, text]) => places.map(([place, message]) => [key, place, text, message] as const)),
  )('%s may not be %s', async (_, place, text, message) => {
    const folder = folderWith({ ...catsAndDogs, 'set/dataset.yaml': manifest(text.replace('PLACE', place)) });
    const error: unknown = await read(folder, 'set').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    const [problem] = (error as InputError).problems;
    expect(problem).toMatchObject({ file: 'set/dataset.yaml', line: 2, message });
    expect(problem.column).toBeGreaterThan(1);
  });

  it('may lead anywhere in its repository, but not out of it', async () => {
    const folder = folderWith({
      ...empty('repo/.git/HEAD', 'repo/pics/cat/1.jpg', 'repo/pics/dog/1.jpg'),
      'repo/meta/dataset.yaml': manifest('path: ../pics\n'),
      'repo/bad/dataset.yaml': manifest('path: ../../repo2\n'),
    });
    mkdirSync(join(folder, 'repo2'));
    const [{ classes }] = await read(folder, 'repo/meta');
    expect(classes).toEqual(['cat', 'dog']);
    await expect(read(folder, 'repo/bad')).rejects.toThrow(
      /^repo\/bad\/dataset\.yaml:2:7: "\.\.\/\.\.\/repo2" leaves the repository/,
    );
  });

  it('may lead anywhere in the folder that the user named', async () => {
    const folder = folderWith({ ...catsAndDogs, 'meta/a.headstart.yaml': manifest('path: ../set\n') });
    const [{ classes }] = await read(folder, '.', { manifest: 'meta/a.headstart.yaml' });
    expect(classes).toEqual(['cat', 'dog']);
  });
});

describe('names', () => {
  const nfc = 'caf\u00e9';
  const nfd = 'cafe\u0301';

  it('of a class are the same in composed and decomposed letters', async () => {
    const [{ classes, samples }] = await read(
      folderWith(empty(`train/${nfc}/1.jpg`, `test/${nfd}/2.jpg`, 'train/tea/1.jpg')),
    );
    expect(classes).toEqual([nfc, 'tea']);
    expect(samples.map(({ path }) => path)).toEqual([
      `test/${nfd}/2.jpg`,
      `train/${nfc}/1.jpg`,
      'train/tea/1.jpg',
    ]);
  });

  it('of twins on disk are told apart where a table spells them exactly', async () => {
    const folder = folderWith(empty(`${nfc}.jpg`, `${nfd}.jpg`));
    writeFileSync(join(folder, 'labels.csv'), `image,label\n${nfd}.jpg,a\n${nfc}.jpg,b\n`);
    const [{ samples }] = await read(folder);
    expect(samples.map(({ path }) => path)).toEqual([`${nfd}.jpg`, `${nfc}.jpg`]);
  });

  it('may be almost anything, in the same order everywhere', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter(
        (text) =>
          !/[/\\\0]/.test(text) &&
          !text.startsWith('.') &&
          text.trim() === text &&
          !/\p{Surrogate}/u.test(text),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, {
          minLength: 2,
          maxLength: 6,
          selector: (text) => text.normalize('NFKC').toLowerCase(),
        }),
        async (names) => {
          fc.pre(
            !names.some((text) =>
              /^(node_modules|__MACOSX|headstart-report|train|test|val|dev|eval|masks?|images?|labels|annotations?)/i.test(
                text,
              ),
            ),
          );
          const [dataset] = await read(folderWith(empty(...names.map((each) => `${each}/1.jpg`))));
          expect(dataset.classes).toEqual(names.map((text) => text.normalize('NFC')).sort());
          expect(new Set(dataset.samples.map(({ path }) => path))).toEqual(
            new Set(names.map((each) => `${each}/1.jpg`)),
          );
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('that mean something to a program do not', async () => {
    const [{ classes }] = await read(
      folderWith(empty('__proto__/1.jpg', 'constructor/1.jpg', '$(reboot)/1.jpg')),
    );
    expect(classes).toEqual(['$(reboot)', '__proto__', 'constructor']);
  });
});

describe('whatever a repository holds', () => {
  it('reading it ends in datasets or an InputError', async () => {
    const path = fc
      .array(fc.constantFrom('train', 'test', 'cat', 'dog', 'labels', 'images', 'masks', 'a'), {
        maxLength: 4,
      })
      .chain((folders) =>
        fc
          .constantFrom(
            '1.jpg',
            '2.png',
            'labels.csv',
            'metadata.jsonl',
            'train.csv',
            'dataset.yaml',
            'a.headstart.yaml',
            'data.yaml',
            '1.txt',
            '1.xml',
            'coco.json',
          )
          .map((file) => [...folders, file].join('/')),
      );
    const content = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        'schema: headstart/v1\n',
        'schema: headstart/v1\ntrain: train\ntest: [test]\n',
        'schema: headstart/v1\nlabels: { file: labels.csv }\nnames: [x, y]\n',
        'image,label\n1.jpg,cat\n2.png,dog\n',
        'file_name,label,split\ncat/1.jpg,cat,train\n"2.png",dog,\n',
        '{"image":"1.jpg","label":null}\n',
        '{"image":["1.jpg"],"label":{"a":1}}\n',
        '{"images":[],"annotations":[]}',
        '0 0.1 0.2 0.3 0.4\n',
        'train: images\nnames: [a]\n',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, content, { maxKeys: 8 }), async (files) => {
        const folder = folderWith({});
        for (const [name, text] of Object.entries(files)) {
          try {
            mkdirSync(join(folder, name, '..'), { recursive: true });
            writeFileSync(join(folder, name), text);
          } catch {
            // A file of the same name as a folder: one of them is enough.
          }
        }
        try {
          for (const { classes, samples } of await read(folder)) {
            expect(classes.length).toBeGreaterThan(1);
            expect(samples.every(({ label }) => label < classes.length)).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
