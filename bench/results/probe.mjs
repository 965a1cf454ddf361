import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sets whose groups are in a table of their own. */
const GROUPED = ['sign-digits', 'wbc'];

export function argumentsOf({ set, engine, budget, seed }, datasets) {
  const groups = GROUPED.includes(set) ? ['--groups', `${datasets}/groups/${set}.csv`] : [];
  const options = { '--budget': `${budget}s`, '--engine': engine, '--seed': String(seed) };
  return ['probe', `${datasets}/${set}`, ...groups, ...Object.entries(options).flat()];
}

/**
 * Runs the bundle. `report`: null unless the probe ran to its end; `said`: the last line of its errors; `isAbsent`: the
 * engine does not load here.
 */
export function run(probe, { root, datasets }) {
  const out = mkdtempSync(join(tmpdir(), 'headstart-results-'));
  try {
    const args = ['dist/cli.js', ...argumentsOf(probe, datasets), '--out', out, '--quiet'];
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    const file = join(out, 'report.json');
    const withoutPaths = (text) => text.replaceAll(datasets, '<datasets>').replaceAll(root, '');
    const report = existsSync(file) ? JSON.parse(withoutPaths(readFileSync(file, 'utf8'))) : null;
    return {
      seconds: (performance.now() - began) / 1000,
      report: isFinished(report) ? report : null,
      said: report?.statusReason ?? withoutPaths(stderr).trim().split('\n').at(-1),
      isAbsent: status === 2 && /engine \w+ was asked for/i.test(stderr),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** A run that was cancelled or broke off is no result: it is run again. */
function isFinished(report) {
  return report?.status === 'complete' || report?.status === 'stopped';
}
