import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { decode, encode } from 'fast-png';
import { readReport } from '../../src/report/validate.js';
import type { Report } from '../../src/report/types.js';
import { folderWith } from '../fixtures/folder-with.js';
import { stripes } from './dataset.js';
import { headstart } from './headstart.js';

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8')) as unknown;
const set = stripes(50);

describe('headstart probe', () => {
  it('measures both families and writes every output', async () => {
    const { code, out, errors } = await headstart(
      ['probe', set, '--budget', '25s', '--engine', 'wasm', '--out', 'results', '--cache', 'kept', '--json'],
      { cwd: set },
    );
    expect(errors).toMatch(/^reading /);
    expect(code).toBe(0);
    const report = readReport(readJson(set, 'results', 'report.json'));
    expect(JSON.parse(out)).toEqual(report);
    expect(report.status).toBe('complete');
    // Hybrid is measured where it may be the pick.
    expect(report.strategies.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['fine-tune', 'frozen', 'scratch']),
    );
    expect(report.controls?.shuffledLabels?.passed).toBe(true);
    expect(report.receipt?.seconds['all']).toBeLessThan(25 * 1.1 + 5);
    for (const name of ['measurements.json', 'report.md', 'receipt.json']) {
      expect(existsSync(join(set, 'results', name))).toBe(true);
    }
    const again = await headstart(['analyze', 'results/measurements.json', '--json'], { cwd: set });
    expect(JSON.parse(again.out)).toMatchObject({ verdict: { pTransfer: report.verdict?.pTransfer } });
    const rendered = await headstart(['render', 'results/report.json'], { cwd: set });
    expect(rendered.out).toBe(readFileSync(join(set, 'results', 'report.md'), 'utf8'));
  });

  it('takes up the trials of an earlier run when one image has changed, and says so', async () => {
    copyFileSync(join(set, 'upright', '1.png'), join(set, 'upright', '0.png'));
    const args = ['--budget', '25s', '--engine', 'wasm', '--out', 'later', '--cache', 'kept', '--quiet'];
    const { code } = await headstart(['probe', set, ...args], { cwd: set });
    expect(code).toBe(0);
    const [before, after] = ['results', 'later'].map((folder) =>
      readReport(readJson(set, folder, 'report.json')),
    );
    const done = before.receipt!.trials.filter(({ status }) => status === 'done');
    expect(after.receipt!.carried).toMatchObject({ trials: done.length, since: before.createdAt });
    expect(after.receipt!.carried!.changedShare).toBeLessThan(0.1);
    expect(after.verdict!.family).toBe(before.verdict!.family);
    expect(after.receipt!.incidents).toBeUndefined();
    expect(readFileSync(join(set, 'later', 'report.md'), 'utf8')).toContain(
      `${done.length} trials were reused from earlier runs`,
    );
  });

  it('measures anew, and says so, when the cache cannot be written', async () => {
    const small = stripes(20, 5);
    writeFileSync(join(small, 'file'), '');
    const args = ['--budget', '8s', '--engine', 'wasm', '--cache', 'file/below', '--quiet'];
    await headstart(['probe', '.', ...args], { cwd: small });
    const report = readReport(readJson(small, 'headstart-report', 'report.json'));
    expect(report.receipt!.incidents).toEqual([
      expect.stringMatching(/^The cache could not be written, so the next run starts over: .*ENOTDIR/),
    ]);
  });

  it('repeats the trials of a receipt to the same numbers', async () => {
    const repeat = await headstart(
      [
        'probe',
        set,
        '--budget',
        '25s',
        '--engine',
        'wasm',
        '--plan',
        'results/receipt.json',
        '--out',
        'again',
        '--quiet',
      ],
      { cwd: set },
    );
    expect(repeat.code).toBe(0);
    expect(repeat.errors).toBe('');
    const accuracies = (folder: string) =>
      (readJson(set, folder, 'measurements.json') as { measurements: Record<string, unknown>[] }).measurements
        .filter(({ strategy }) => strategy !== 'frozen')
        .map(({ strategy, variant, trainExamples, seed, correct }) =>
          [strategy, variant, trainExamples, seed, correct].join(),
        )
        .sort();
    expect(accuracies('again')).toEqual(accuracies('results'));
  });

  it('leaves a valid partial report when it is interrupted', async () => {
    const { code } = await headstart(['probe', set, '--budget', '60s', '--engine', 'wasm', '--out', 'cut'], {
      cwd: set,
      interruptAt: /so far/,
    });
    expect(code).toBe(1);
    const report = readReport(readJson(set, 'cut', 'report.json'));
    expect(report).toMatchObject({ status: 'partial', statusReason: 'The run was cancelled.' });
    expect(report.verdict).not.toBeNull();
  });

  it('accuses no data when it is interrupted before it has read them', async () => {
    const { code } = await headstart(['probe', set, '--engine', 'wasm', '--out', 'early'], {
      cwd: set,
      interruptAt: /reading/,
    });
    expect(code).toBe(1);
    const file = join(set, 'early', 'report.json');
    if (existsSync(file))
      expect(readReport(readJson(file))).toMatchObject({ status: 'partial', findings: [] });
  });

  (existsSync('/dev/full') ? it : it.skip)(
    'blames the disk, not the images, when it is full, where there is a device that is',
    async () => {
      const full = folderWith({});
      const preload = join(full, 'full.mjs');
      // The files of a run are opened as the device that has no space left.
      writeFileSync(
        preload,
        `import fs from 'node:fs';
         import { syncBuiltinESMExports } from 'node:module';
         const write = fs.writeSync;
         const open = fs.openSync;
         const close = fs.closeSync;
         const device = open('/dev/full', 'w');
         const pixels = new Set();
         fs.openSync = (path, ...rest) => {
           const file = open(path, ...rest);
           if (String(path).endsWith('pixels.u8')) pixels.add(file);
           return file;
         };
         fs.writeSync = (file, ...rest) => (pixels.has(file) ? write(device, rest[0]) : write(file, ...rest));
         fs.closeSync = (file) => {
           pixels.delete(file);
           close(file);
         };
         syncBuiltinESMExports();`,
      );
      const { code } = await headstart(
        ['probe', set, '--budget', '10s', '--engine', 'wasm', '--out', 'full'],
        {
          cwd: set,
          env: { NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` },
        },
      );
      expect(code).toBe(1);
      expect(readJson(set, 'full', 'report.json')).toMatchObject({
        status: 'failed',
        statusReason: expect.stringContaining('TMPDIR') as unknown,
        findings: [],
      });
    },
  );

  it('leaves out what cannot be read, and says so', async () => {
    const folder = stripes(30, 2);
    writeFileSync(join(folder, 'lying', 'broken.png'), 'not a picture');
    writeFileSync(join(folder, 'lying', 'empty.png'), '');
    const { code, out } = await headstart(['inspect', '.', '--json', '--quiet'], { cwd: folder });
    expect(code).toBe(0);
    const [{ findings }] = JSON.parse(out) as [{ findings: { id: string; count: number }[] }];
    expect(findings.find(({ id }) => id === 'unreadable')?.count).toBe(2);
  });

  it('does not train when the test set is in train, and says which finding stops it', async () => {
    const folder = folderWith({});
    const source = stripes(20, 3);
    for (const split of ['train', 'test']) {
      for (const name of ['upright', 'lying', 'slanted']) {
        mkdirSync(join(folder, split, name), { recursive: true });
        for (let i = 0; i < 20; i++) {
          writeFileSync(join(folder, split, name, `${i}.png`), readFileSync(join(source, name, `${i}.png`)));
        }
      }
    }
    const { code } = await headstart(['probe', '.', '--budget', '20s', '--engine', 'wasm'], { cwd: folder });
    expect(code).toBe(1);
    const report = readJson(folder, 'headstart-report', 'report.json') as Report;
    expect(report).toMatchObject({ status: 'stopped', verdict: null });
    expect(report.findings[0]).toMatchObject({ id: 'leak-exact', effect: 'blocks', count: 60 });
  });

  it('withholds the verdict when test images are in train as other files, and trains nothing', async () => {
    const source = stripes(60, 4);
    const files: Record<string, Uint8Array> = {};
    for (const name of ['upright', 'lying', 'slanted']) {
      for (let i = 0; i < 60; i++) {
        const file = readFileSync(join(source, name, `${i}.png`));
        const split = i < 40 ? 'train' : 'test';
        files[`${split}/${name}/${i}.png`] = file;
        // A third of the test images once more: the same pixels in other bytes.
        const again = encode({ ...decode(file), text: { Software: 'another' } });
        if (i % 3 === 0 && split === 'test') files[`train/${name}/copy-${i}.png`] = again;
      }
    }
    const folder = folderWith(files);
    const { code, out } = await headstart(['probe', '.', '--budget', '20s', '--engine', 'wasm'], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(out).toContain('Headstart withholds its verdict');
    const read = (name: string) => readJson(folder, 'headstart-report', name);
    const report = read('report.json') as Report;
    expect(report).toMatchObject({ status: 'stopped', verdict: null, strategies: [], recipe: null });
    expect(report.findings.map(({ id }) => id)).not.toContain('leak-exact');
    expect(report.findings[0]).toMatchObject({ id: 'shuffled-labels', effect: 'blocks' });
    expect(report.findings[0].evidence).toContain('test/lying/42.png = train/lying/copy-42.png');
    expect(report.receipt!.trials.filter(({ strategy }) => strategy !== 'frozen')).toEqual([]);
    expect(read('measurements.json')).toMatchObject({ measurements: [] });
    expect(existsSync(join(folder, 'headstart-report', 'recipe.json'))).toBe(false);
  });
});

describe('wrong input', () => {
  const folder = folderWith({
    'dataset.yaml': 'schema: headstart/v1\nimage: { size: big }\n',
    'percent.json': '[{"strategy":"frozen","trainExamples":10,"accuracy":63}]',
    'broken.json': '{',
    'marked.json': '\uFEFF[]',
  });

  it.each([
    [['probe', 'nowhere'], 'nowhere: does not exist. Check the path.'],
    [['probe', '.'], 'dataset.yaml:2:16: "image.size" must be a whole number, not "big".'],
    [['probe', set, '--out', 'percent.json'], 'percent.json: cannot be used as the output folder'],
    [['probe', '.', '--budget', 'soon'], 'Write it like 40s, 5m, 1m30s or 1h.'],
    [['probe', '.', '--strategies', 'magic'], '"magic" is not one of frozen, fine-tune, hybrid, scratch.'],
    [['probe', '.', '--engine', 'abacus'], 'abacus'],
    [['probe', '.', '--bugdet', '5m'], 'Did you mean --budget?'],
    [['probe', '.', '--plan', 'broken.json'], 'broken.json: cannot be read as JSON'],
    [['analyze', 'broken.json'], 'broken.json: cannot be read as JSON'],
    [['analyze', 'percent.json'], 'percent.json: measurements[0].accuracy is 63'],
    [['analyze', 'percent.json'], '0.63'],
    [['analyze', 'marked.json'], 'marked.json: There are no measurements.'],
    [['render', 'percent.json'], 'percent.json: It must be object.'],
    [['render', 'percent.json'], 'a report.json as Headstart wrote it.'],
  ])('%j ends with 2 and says what to do', async (args, message) => {
    const { code, out, errors } = await headstart(args, { cwd: folder });
    expect(errors).toContain(message);
    expect(out).toBe('');
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'headstart-report'))).toBe(false);
  });
});
