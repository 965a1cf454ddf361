import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { writeOutputs } from '../../src/pipeline/outputs.js';
import { folderWith } from '../fixtures/folder-with.js';
import { aReport } from '../report/fixture.js';

const measurements = { schema: 'headstart/measurements/v1' as const, header: {}, measurements: [] };

it('writes no report through a link that lies there', () => {
  const folder = folderWith({});
  const victim = join(folderWith({}), 'target');
  writeFileSync(victim, 'mine');
  for (const name of ['.report.json.partial', 'report.json', 'report.md']) {
    symlinkSync(victim, join(folder, name));
  }
  writeOutputs(folder, aReport(), measurements);
  expect(readFileSync(victim, 'utf8')).toBe('mine');
  for (const name of ['report.json', 'report.md']) {
    expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(false);
  }
});

it('writes the others when one file cannot be written, and says which and why', () => {
  const folder = folderWith({});
  mkdirSync(join(folder, 'report.json', 'inside'), { recursive: true });
  const { files, unwritten } = writeOutputs(folder, aReport(), measurements);
  expect(files).toEqual(
    ['measurements.json', 'report.md', 'recipe.json', 'receipt.json'].map((name) => join(folder, name)),
  );
  expect(unwritten).toEqual([expect.stringMatching(/report\.json: cannot be written \(.+\)\.$/)]);
});
