import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readReport } from '../../src/report/validate.js';
import { folderWith } from '../fixtures/folder-with.js';
import { Screen } from '../fixtures/screen.js';
import { CTRL_C, hasTerminals, onTerminal } from '../fixtures/terminal.js';
import { stripes } from './dataset.js';

const root = join(import.meta.dirname, '../..');
const build = 'build/cli.js';
/** Compiled, and bundled where it is. */
const programs = [build, 'dist/cli.js'].filter((path) => existsSync(join(root, path)));

const set = stripes(30, 4);
const probe = (program: string, budget: string, out: string) => [
  process.execPath,
  ...[join(root, program), 'probe', '.', '--engine', 'wasm', '--budget', budget, '--out', out],
];
const report = (out: string) => readReport(JSON.parse(readFileSync(join(set, out, 'report.json'), 'utf8')));

const BAR = /\[[#-]+\] (\d+) %/;
/** What is between two redraws: each begins with a carriage return. */
const frames = (output: string) => output.split('\r').filter((frame) => BAR.test(frame));

// There is no such terminal on Windows.
(hasTerminals ? describe : describe.skip)('on a terminal (not on Windows)', () => {
  it.each([40, 80, 200])('of %i columns progress is one line that is redrawn in place', async (columns) => {
    const { code, output } = await onTerminal(probe(build, '6s', `wide-${columns}`), { cwd: set, columns });
    expect(code).toBe(0);
    const screen = new Screen(columns);
    const last = [...output.matchAll(new RegExp(BAR, 'g'))].at(-1)!;
    const before = output.slice(0, last.index + last[0].length);
    for (const part of before.split(/(?=\r)/)) {
      screen.write(part);
      // One bar, and nothing above it that a line too long has pushed there.
      expect(screen.lines.length).toBe(1);
      expect(screen.text().match(new RegExp(BAR, 'g'))?.length ?? 0).toBeLessThanOrEqual(1);
    }
    const shares = frames(output).map((frame) => Number(BAR.exec(frame)![1]));
    expect(shares.length).toBeGreaterThan(5);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBeGreaterThan(shares[0]);
    const left = new Screen(columns).write(output).text();
    expect(left).not.toMatch(BAR);
    expect(left).toMatch(new RegExp(`\nWritten to wide-${columns}: report\\.json, `));
  });

  it('that becomes narrower the line does, too', async () => {
    const { output } = await onTerminal(probe(build, '6s', 'narrower'), {
      cwd: set,
      columns: 120,
      later: 40,
      cues: [{ when: /embedding/, press: null }],
    });
    const widths = frames(output).map((frame) => stripVTControlCharacters(frame).split('\n')[0].length);
    const last = widths.at(-1)!;
    expect(Math.max(...widths)).toBeGreaterThan(40);
    expect(last).toBeLessThan(40);
    expect(widths.lastIndexOf(Math.max(...widths))).toBeLessThan(widths.indexOf(last));
  });

  it.each(programs)('Ctrl-C ends with a partial report, its paths and exit code 1: %s', async (program) => {
    const { code, output } = await onTerminal(probe(program, '60s', 'cut'), {
      cwd: set,
      cues: [{ when: /so far|trial \d/, press: CTRL_C }],
    });
    expect(code).toBe(1);
    const screen = new Screen(80).write(output).text();
    expect(screen).toMatch(/Stopping\. Interrupt again to end at once\./);
    expect(screen).toMatch(/The run was cancelled\./);
    expect(screen).toMatch(/\nWritten to cut: report\.json, measurements\.json, report\.md/);
    expect(screen).not.toMatch(BAR);
    expect(report('cut')).toMatchObject({ status: 'partial', statusReason: 'The run was cancelled.' });
    expect(report('cut').receipt?.incidents).toBeUndefined();
  });

  it('Ctrl-C before anything is measured is no failure of a worker', async () => {
    const { code, output } = await onTerminal(probe(build, '60s', 'early'), {
      cwd: set,
      cues: [{ when: /reading \./, press: CTRL_C }],
    });
    expect(code).toBe(1);
    const screen = new Screen(80).write(output).text();
    expect(screen).toMatch(/The run was cancelled/);
    expect(screen).not.toMatch(/worker/);
    expect(existsSync(join(set, 'early', 'report.json'))).toBe(screen.includes('Written to early'));
  });

  it('a second Ctrl-C ends at once', async () => {
    const preload = join(folderWith({}), 'slow.mjs');
    // The first report that says so is written for ever.
    writeFileSync(
      preload,
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const write = fs.writeFileSync;
       fs.writeFileSync = (path, text, ...rest) => {
         if (String(path).endsWith('.partial') && String(text).includes('The run was cancelled.')) {
           write(2, 'writing for ever');
           Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
         }
         write(path, text, ...rest);
       };
       syncBuiltinESMExports();`,
    );
    const { code, output } = await onTerminal(probe(build, '60s', 'twice'), {
      cwd: set,
      cues: [
        { when: /embedding/, press: CTRL_C },
        { when: /writing for ever/, press: CTRL_C },
      ],
      env: { NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` },
    });
    expect(output).toContain('writing for ever');
    expect(code).toBe(128 + 2);
  });

  it('Ctrl-C ends inspect', async () => {
    const { code, output } = await onTerminal([process.execPath, join(root, build), 'inspect', '.'], {
      cwd: stripes(1500, 12),
      cues: [{ when: /reading images/, press: CTRL_C }],
    });
    expect(code).toBe(1);
    const screen = new Screen(80).write(output).text();
    expect(screen).toMatch(/^error: The run was cancelled\.$/m);
    expect(screen).not.toMatch(/reading images/);
  });
});
