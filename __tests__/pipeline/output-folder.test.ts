import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FOLDERS_FILE, LINES_FILE, prepareFolder, REPORT_FILES } from '../../src/pipeline/output-folder.js';
import { beginReports, writeOutputs } from '../../src/pipeline/outputs.js';
import { InputError } from '../../src/problem.js';
import type { MeasurementsFile } from '../../src/verdict/types.js';
import { folderWith } from '../fixtures/folder-with.js';
import { aReport } from '../report/fixture.js';

const measurements: MeasurementsFile = { schema: 'headstart/measurements/v1', header: {}, measurements: [] };
const whole = () => aReport();
const unchanged = () => aReport({ status: 'unchanged', verdict: null, recipe: null, receipt: null });
const listed = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .sort();

/** A user's own files under the names that Headstart writes. */
const OWN: Record<string, string> = {
  'report.json': '{ "quarter": 3 }',
  'measurements.json': '[{ "strategy": "frozen", "trainExamples": 10, "accuracy": 0.5 }]',
  'report.md': '# Quarterly report\n\nheadstart/report/v1 was a good idea.\n',
  'recipe.json': '{ "eggs": 3, "schema": "headstart/recipe/v1" }',
  'receipt.json': '{ "total": 12.5 }',
  'reports.json': '[]',
  'verdicts.jsonl': '{"case":"A against B"}\n',
};

describe('a new report', () => {
  it('is announced with the files that were written, and no others', () => {
    const folder = folderWith({});
    expect(writeOutputs(folder, whole(), measurements)).toEqual({
      files: REPORT_FILES.map((name) => join(folder, name)),
      unwritten: [],
    });
    const without = folderWith({});
    expect(writeOutputs(without, aReport({ recipe: null }), measurements).files).not.toContain(
      join(without, 'recipe.json'),
    );
    expect(writeOutputs(folderWith({}), unchanged(), null).files.map((file) => basename(file))).toEqual([
      'report.json',
      'report.md',
    ]);
  });

  it('leaves nothing of an earlier one', () => {
    const folder = folderWith({});
    writeOutputs(folder, whole(), measurements);
    expect(listed(folder)).toEqual([...REPORT_FILES].sort());
    writeOutputs(folder, aReport({ recipe: null }), measurements);
    expect(listed(folder)).not.toContain('recipe.json');
    writeOutputs(folder, unchanged(), null);
    expect(listed(folder)).toEqual(['report.json', 'report.md']);
  });

  it('says in each file what wrote it', () => {
    const folder = folderWith({});
    writeOutputs(folder, whole(), measurements);
    for (const name of REPORT_FILES)
      expect(readFileSync(join(folder, name), 'utf8').slice(0, 60)).toContain('headstart/');
  });

  it.each(Object.keys(OWN))('leaves a %s alone that it has no use for', (name) => {
    const folder = folderWith({ [name]: OWN[name] });
    beginReports(folder, ['.']);
    expect(readFileSync(join(folder, name), 'utf8')).toBe(OWN[name]);
  });

  it('removes no recipe and no receipt of the user that stands where it has none', () => {
    const folder = folderWith({ 'recipe.json': OWN['recipe.json'], 'receipt.json': OWN['receipt.json'] });
    writeOutputs(folder, unchanged(), null);
    expect(readFileSync(join(folder, 'recipe.json'), 'utf8')).toBe(OWN['recipe.json']);
    expect(existsSync(join(folder, 'receipt.json'))).toBe(true);
  });
});

describe('where measuring begins', () => {
  it('the reports of datasets that are gone go, with their folders', () => {
    const out = folderWith({});
    beginReports(out, ['cats', 'dogs']);
    for (const name of ['cats', 'dogs']) writeOutputs(join(out, name), whole(), measurements);
    beginReports(out, ['dogs', 'birds']);
    expect(listed(out)).toEqual([FOLDERS_FILE]);
    writeOutputs(join(out, 'dogs'), whole(), measurements);
    beginReports(out, ['.']);
    expect(listed(out)).toEqual([]);
  });

  it('the report of one dataset goes when there are several', () => {
    const out = folderWith({ [LINES_FILE]: '{"schema":"headstart/verdict-line/v1"}\n' });
    writeOutputs(out, whole(), measurements);
    beginReports(out, ['cats', 'dogs']);
    expect(listed(out)).toEqual([FOLDERS_FILE]);
  });

  it('what else is in such a folder stays', () => {
    const out = folderWith({});
    beginReports(out, ['cats', 'dogs']);
    writeOutputs(join(out, 'cats'), whole(), measurements);
    writeFileSync(join(out, 'cats', 'notes.txt'), 'mine');
    writeFileSync(join(out, 'cats', 'recipe.json'), OWN['recipe.json']);
    beginReports(out, ['.']);
    expect(listed(out)).toEqual(['cats', 'cats/notes.txt', 'cats/recipe.json']);
  });

  it('reports in folders that no run has noted stay: they are of runs with another --out', () => {
    const out = folderWith({});
    writeOutputs(join(out, 'monday'), whole(), measurements);
    beginReports(out, ['.']);
    expect(existsSync(join(out, 'monday', 'report.json'))).toBe(true);
  });

  it('a note that somebody else wrote reaches nothing outside, and no link is followed', () => {
    const elsewhere = folderWith({});
    writeOutputs(elsewhere, whole(), measurements);
    const out = folderWith({ 'inside/kept.txt': '' });
    symlinkSync(elsewhere, join(out, 'link'));
    symlinkSync(join(elsewhere, 'report.json'), join(out, 'report.json'));
    const folders = ['..', '.', 'link', `../${basename(elsewhere)}`, elsewhere, 7, null, 'inside/..'];
    writeFileSync(join(out, FOLDERS_FILE), JSON.stringify({ schema: 'headstart/reports/v1', folders }));
    beginReports(out, ['.']);
    expect(listed(elsewhere)).toEqual([...REPORT_FILES].sort());
    expect(readdirSync(out).sort()).toEqual(['inside', 'link', 'report.json']);
    expect(existsSync(join(out, 'inside', 'kept.txt'))).toBe(true);
  });

  it.each(['{ "schema": "headstart/reports/v1" }', '{ "schema": "headstart/reports/v1", "folders"'])(
    'a note that cannot be read names no folder: %s',
    (note) => {
      const out = folderWith({ [FOLDERS_FILE]: note });
      beginReports(out, ['.']);
      expect(listed(out)).toEqual([]);
    },
  );
});

describe('prepareFolder', () => {
  const names = [...REPORT_FILES, FOLDERS_FILE, LINES_FILE];

  it('makes a folder, and takes one that holds what an earlier run has written', () => {
    const folder = join(folderWith({}), 'a', 'b');
    prepareFolder(folder, 'a/b', names);
    writeOutputs(folder, whole(), measurements);
    expect(() => prepareFolder(folder, 'a/b', names)).not.toThrow();
  });

  it.each(Object.keys(OWN))('refuses to overwrite a %s of the user, names it and says what to do', (name) => {
    const folder = folderWith({ [name]: OWN[name] });
    const prepare = () => prepareFolder(folder, 'out', names);
    expect(prepare).toThrow(InputError);
    expect(prepare).toThrow(`${join('out', name)}: is not a file that Headstart wrote`);
    expect(prepare).toThrow(/--out/);
    expect(readFileSync(join(folder, name), 'utf8')).toBe(OWN[name]);
  });

  it('names all of them at once', () => {
    const prepare = () => prepareFolder(folderWith(OWN), '.', names);
    for (const name of Object.keys(OWN)) expect(prepare).toThrow(name);
  });

  it('refuses a folder and a link with such a name', () => {
    const folder = folderWith({ elsewhere: '{ "schema": "headstart/report/v1" }' });
    mkdirSync(join(folder, 'report.md'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'report.json'));
    expect(() => prepareFolder(folder, '.', names)).toThrow(/report\.json.*\n.*report\.md/);
  });

  it('looks only at the names that may be written', () => {
    expect(() => prepareFolder(folderWith(OWN), '.', ['plan.json'])).not.toThrow();
    expect(() => prepareFolder(folderWith({ 'plan.json': '{}' }), '.', ['plan.json'])).toThrow(/plan\.json/);
    const shard = folderWith({ 'shard-3.json': '{"schema":"headstart/shard/v1"}' });
    expect(() => prepareFolder(shard, '.', ['shard-3.json'])).not.toThrow();
  });
});
