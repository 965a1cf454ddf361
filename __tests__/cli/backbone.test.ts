import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readReport } from '../../src/report/validate.js';
import { modelFolder } from '../backbone/model-folder.js';
import { stripes } from './dataset.js';

const program = join(import.meta.dirname, '../../build/cli.js');

/** Stripes, described by the manifest, with a layers model beside them. */
function setWith(manifest: string): string {
  const set = stripes(30);
  cpSync(join(modelFolder(), 'model'), join(set, 'model'), { recursive: true });
  writeFileSync(join(set, 'dataset.yaml'), `schema: headstart/v1\n${manifest}\n`);
  return set;
}

function probe(cwd: string, ...options: string[]) {
  const args = ['probe', 'dataset.yaml', '--budget', '15s', '--engine', 'wasm', '--quiet', ...options];
  return spawnSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8' });
}

describe('headstart probe --backbone', () => {
  it('starts from a model of the user’s own, and the receipt says which', () => {
    const set = setWith('image: { size: 64, mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] }');
    const { status, stderr } = probe(set, '--backbone', './model');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const report = readReport(
      JSON.parse(readFileSync(join(set, 'headstart-report/report.json'), 'utf8')) as unknown,
    );
    expect(report.receipt!.backbone).toMatchObject({ name: 'model', pinned: false });
    expect(report.strategies.map(({ name }) => name)).toContain('frozen');
    const failed = report.receipt!.trials.filter((trial) => trial.status === 'failed');
    expect(failed).toEqual([]);
    const text = readFileSync(join(set, 'headstart-report/report.md'), 'utf8');
    expect(text).toContain('not pinned');
  });

  it('says in the report that the embedded one took its place', () => {
    const set = setWith('image: { size: 64 }');
    writeFileSync(join(set, 'model/model.json'), '{');
    const { status } = probe(set, '--backbone', './model', '--backbone-fallback');
    expect(status).toBe(0);
    const text = readFileSync(join(set, 'headstart-report/report.md'), 'utf8');
    expect(text).toContain('embedded backbone instead:');
  });

  it.each([
    ['a size that it does not take', 'image: { size: 32 }', ['--backbone', './model'], 'multiples of 32'],
    [
      'a scaling for one that knows its own',
      'image: { mean: [0, 0, 0], std: [1, 1, 1] }',
      [],
      'Remove them.',
    ],
    ['half a scaling', 'image: { mean: [0, 0, 0] }', [], 'dataset.yaml:2:'],
    [
      'a name that is none',
      'image: { size: 64 }',
      ['--backbone', 'mobilenet'],
      'Use embedded, embedded-drawn, auto, mobilenet',
    ],
    ['a hash that is none', 'image: { size: 64 }', ['--backbone', './model', '--backbone-sha256', 'a'], '64'],
    [
      'a download that nobody pinned',
      'image: { size: 64 }',
      ['--backbone', 'http://127.0.0.1:9/model.json'],
      'allow-unpinned',
    ],
  ])('refuses %s', (_, manifest, options, message) => {
    const { status, stderr } = probe(setWith(manifest), ...options);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
