import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { renderTerminal } from '../../../src/report/render/terminal.js';
import { expectGolden } from '../golden.js';
import { aReport, startedBy } from '../fixture.js';
import { reports } from '../states.js';

const plain = { width: 80, color: false };

describe('renderTerminal', () => {
  it.each(Object.keys(reports))('draws the state %s', (state) => {
    const report = startedBy(['node', 'dist/cli.js', 'probe', 'data'], reports[state]);
    expectGolden(`terminal-${state}.txt`, renderTerminal(report, plain));
  });

  it('writes no colour when asked not to, and colour when asked to', () => {
    expect(renderTerminal(aReport(), plain)).not.toContain('\u001b');
    expect(renderTerminal(aReport(), { ...plain, color: true })).toContain('\u001b[32m');
  });

  it.each([40, 60, 80, 120])('keeps every line within %d columns', (width) => {
    for (const report of Object.values(reports)) {
      for (const line of renderTerminal(report, { width, color: true }).split('\n')) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('lets no control sequence of the repository through', () => {
    const report = aReport({
      statusReason: 'evil \u001b[2J\u0007 \u202ename',
      status: 'failed',
      verdict: null,
    });
    const text = renderTerminal(report, plain);
    for (const control of ['\u001b', '\u0007', '\u202e']) expect(text).not.toContain(control);
    expect(text).toContain('evil �[2J� �name');
  });
});
