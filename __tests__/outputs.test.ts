import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { writeOutputs } from '../src/outputs.js';
import { folderWith } from './fixtures/folder-with.js';
import { aReport } from './report/fixture.js';

it('writes no report through a link that lies there', () => {
  const folder = folderWith({});
  const victim = join(folderWith({}), 'target');
  writeFileSync(victim, 'mine');
  for (const name of ['.report.json.partial', 'report.json', 'report.md']) {
    symlinkSync(victim, join(folder, name));
  }
  writeOutputs(folder, aReport(), { schema: 'headstart/measurements/v1', header: {}, measurements: [] });
  expect(readFileSync(victim, 'utf8')).toBe('mine');
  for (const name of ['report.json', 'report.md']) {
    expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(false);
  }
});
