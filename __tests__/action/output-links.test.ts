import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refuseLinks } from '../../src/action/output-links.js';
import { InputError } from '../../src/problem.js';

const workspace = mkdtempSync(join(tmpdir(), 'headstart-out-'));
const outside = mkdtempSync(join(tmpdir(), 'headstart-out-'));

beforeAll(() => {
  mkdirSync(join(workspace, 'folder'));
  mkdirSync(join(workspace, 'plain'));
  writeFileSync(join(workspace, 'file'), '');
  // Junctions need no rights on Windows.
  symlinkSync(outside, join(workspace, 'link'), 'junction');
  symlinkSync(outside, join(workspace, 'folder', 'link'), 'junction');
});
afterAll(() => {
  for (const folder of [workspace, outside]) rmSync(folder, { recursive: true });
});

describe('refuseLinks', () => {
  it.each(['link', 'link/new', 'folder/link', 'folder', './folder/../link'])('refuses %s', async (out) => {
    await expect(refuseLinks(out, workspace)).rejects.toThrow(InputError);
    await expect(refuseLinks(out, workspace)).rejects.toThrow(/link: The report would be written through/u);
  });

  it.each(['new', 'plain', 'folder/new/deep', '.', '../elsewhere', outside])('takes %s', async (out) => {
    await expect(refuseLinks(out, workspace)).resolves.toBeUndefined();
  });
});
