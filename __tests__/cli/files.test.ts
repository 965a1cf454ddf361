import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/report/types.js';
import { failingWrites } from '../fixtures/failing-writes.js';
import { folderWith } from '../fixtures/folder-with.js';
import { stripes } from './dataset.js';
import { headstart } from './headstart.js';

const readReport = (...path: string[]) =>
  JSON.parse(readFileSync(join(...path, 'report.json'), 'utf8')) as Report;
/** All but the cache. */
const filesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name !== '.cache')
    .sort();
/** What the last line of the output announces. */
const announced = (out: string) => /Written to [^:]+: (.+)\n$/.exec(out)?.[1].split(', ').sort();

describe('the files of a report', () => {
  const set = stripes(20, 5);
  const probe = ['probe', '.', '--budget', '5s', '--engine', 'wasm', '--quiet'];

  it('are announced as they are, and nothing of an earlier run is beside them', async () => {
    const stale = {
      'recipe.json': '{ "schema": "headstart/recipe/v1" }',
      'verdicts.jsonl': '{"schema":"headstart/verdict-line/v1"}',
    };
    for (const [name, text] of Object.entries(stale))
      writeFileSync(join(folderIn(set, 'headstart-report'), name), text);
    // With one side alone there is no choice, and so no recipe.
    const { out, code } = await headstart([...probe, '--strategies', 'frozen'], { cwd: set });
    expect(code).toBe(0);
    expect(readReport(set, 'headstart-report').recipe).toBeNull();
    const files = filesOf(join(set, 'headstart-report'));
    expect(files).toEqual(['measurements.json', 'receipt.json', 'report.json', 'report.md']);
    expect(announced(out)).toEqual(files);
  });

  it('are gone with the recipe of an earlier run when the data stop the next one', async () => {
    const few = stripes(2, 6);
    writeFileSync(
      join(folderIn(few, 'headstart-report'), 'recipe.json'),
      '{ "schema": "headstart/recipe/v1" }',
    );
    const { code, out } = await headstart(probe, { cwd: few });
    expect(code).toBe(1);
    expect(readReport(few, 'headstart-report').status).toBe('stopped');
    expect(existsSync(join(few, 'headstart-report', 'recipe.json'))).toBe(false);
    expect(announced(out)).toEqual(filesOf(join(few, 'headstart-report')));
  });

  it('take the place of no file of the user, and nothing is measured then', async () => {
    const text = '{ "eggs": 3 }';
    const here = stripes(20, 7);
    writeFileSync(join(here, 'recipe.json'), text);
    const { code, errors, out } = await headstart([...probe, '--out', '.'], { cwd: here });
    expect(errors).toMatch(/^error: recipe\.json: is not a file that Headstart wrote.+--out/);
    expect([code, out]).toEqual([2, '']);
    expect(readFileSync(join(here, 'recipe.json'), 'utf8')).toBe(text);
    expect(existsSync(join(here, 'report.json'))).toBe(false);
    rmSync(join(here, 'recipe.json'));
    expect((await headstart([...probe, '--out', '.'], { cwd: here })).code).toBe(0);
    // And again: what lies there now is its own.
    expect((await headstart([...probe, '--out', '.', '--budget', '6s'], { cwd: here })).code).toBe(0);
  });

  it('go for a dataset that is gone', async () => {
    const both = folderWith({});
    for (const [name, seed] of [
      ['one', 8],
      ['two', 9],
    ] as const)
      renameSync(stripes(20, seed), join(both, name));
    const args = ['probe', '.', '--budget', '10s', '--engine', 'wasm', '--quiet', '--strategies', 'frozen'];
    const first = await headstart(args, { cwd: both });
    expect(filesOf(join(both, 'headstart-report'))).toEqual(['one', 'reports.json', 'two']);
    expect(first.out.match(/^Written to /gm)).toHaveLength(2);
    rmSync(join(both, 'two'), { recursive: true });
    await headstart(args, { cwd: both });
    const left = readdirSync(join(both, 'headstart-report'));
    expect(left).toContain('report.json');
    for (const name of ['one', 'two', 'reports.json']) expect(left).not.toContain(name);
  });

  it('stay when nothing new is measured, because something else is wrong', async () => {
    const here = stripes(20, 10);
    await headstart(probe, { cwd: here });
    const before = readFileSync(join(here, 'headstart-report', 'report.json'), 'utf8');
    const { code } = await headstart([...probe, '--backbone', './nowhere'], { cwd: here });
    expect(code).toBe(2);
    expect(readFileSync(join(here, 'headstart-report', 'report.json'), 'utf8')).toBe(before);
  });
});

describe('a disk that is full', () => {
  const set = stripes(20, 11);
  const probe = ['probe', '.', '--budget', '5s', '--engine', 'wasm', '--quiet'];

  it('costs the files, and not the verdict', async () => {
    const env = failingWrites(/\.partial$/, 'ENOSPC');
    const { code, out, errors } = await headstart([...probe, '--out', 'full'], { cwd: set, env });
    expect(code).toBe(1);
    expect(out).toMatch(/^ +Strategy +at /m);
    expect(out).not.toContain('Written to');
    expect(errors).toMatch(/^error: .*report\.json: cannot be written \(ENOSPC\): the disk is full\./);
    expect(errors).toMatch(/^error: .*report\.md: cannot be written/m);
    expect(errors.match(/^error: /gm)).toHaveLength(errors.trimEnd().split('\n').length);
  });

  it('costs only the file that has no room, and only the others are announced', async () => {
    const env = failingWrites(/measurements\.json\.partial$/, 'EDQUOT');
    const { code, out, errors } = await headstart([...probe, '--out', 'some'], { cwd: set, env });
    expect(code).toBe(1);
    expect(errors).toMatch(/^error: some.measurements\.json: cannot be written \(EDQUOT\).*\n$/);
    expect(announced(out)).toEqual(filesOf(join(set, 'some')));
    expect(announced(out)).toContain('report.json');
    expect(announced(out)).not.toContain('measurements.json');
  });

  it('leaves the report on standard output with --json', async () => {
    const env = failingWrites(/\.partial$/, 'ENOSPC');
    const { code, out } = await headstart([...probe, '--out', 'json', '--json'], { cwd: set, env });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ schema: 'headstart/report/v1', status: 'complete' });
  });

  (existsSync('/dev/full') ? it : it.skip)(
    'fails the run when it is the one of standard output, and the files are written (where there is /dev/full)',
    async () => {
      const preload = join(folderWith({}), 'stdout.mjs');
      writeFileSync(preload, `import fs from 'node:fs'; fs.closeSync(1); fs.openSync('/dev/full', 'w');`);
      const env = { NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` };
      const { code, errors } = await headstart([...probe, '--out', 'mute'], { cwd: set, env });
      expect(errors).toMatch(/^error: .*standard output \(ENOSPC\)\.\n$/);
      expect(code).toBe(1);
      expect(readReport(set, 'mute').status).toBe('complete');
    },
  );
});

function folderIn(set: string, name: string): string {
  mkdirSync(join(set, name), { recursive: true });
  return join(set, name);
}
