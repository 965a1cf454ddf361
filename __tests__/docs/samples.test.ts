import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { states } from '../report/states.js';
import { root } from './sources.js';

const folder = mkdtempSync(join(tmpdir(), 'headstart-samples-'));
const script = join(root, 'scripts/preview-comments.mjs');
const samples = join(root, 'docs/samples');
const files = ['README.md', ...Object.keys(states).map((state) => `${state}.md`)];

describe('docs/samples', () => {
  beforeAll(() => {
    execFileSync(process.execPath, [script, '--out', folder]);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a file for every state and the list of them, and no others', () => {
    expect(readdirSync(samples).sort()).toEqual([...files].sort());
  });

  it.each(files)('%s is what scripts/preview-comments.mjs writes', (file) => {
    expect(readFileSync(join(samples, file), 'utf8')).toBe(readFileSync(join(folder, file), 'utf8'));
  });

  it('says that the figures are made up', () => {
    expect(readFileSync(join(samples, 'README.md'), 'utf8')).toContain('is made up.');
  });

  it.each(Object.keys(states))('is named in docs/comment.md: %s', (state) => {
    expect(readFileSync(join(root, 'docs/comment.md'), 'utf8')).toContain(`(samples/${state}.md)`);
  });
});
