import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ratios, spread, table } from './numbers.mjs';
import { wholeRun } from './whole-run.mjs';

const ROUNDS = 3;

/**
 * From the start of the process to the verdict on sign-digits, beside a PyTorch script that does the same list of
 * trials: interpreter start and imports count, installing does not.
 */
export async function coldStart({ python, datasets }) {
  const title = '## From a cold start to a verdict';
  const set = join(datasets, 'sign-digits');
  if (!existsSync(set)) return `${title}\n\nLeft out: there is no sign-digits in the folder of datasets.`;
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const out = mkdtempSync(join(tmpdir(), 'headstart-bench-'));
  const receipt = join(out, 'plan', 'receipt.json');
  const probe = (engine, folder, ...more) =>
    wholeRun(process.execPath, [
      ...[cli, 'probe', set, '--groups', join(datasets, 'groups/sign-digits.csv'), '--engine', engine],
      ...['--out', join(out, folder), '--quiet', ...more],
    ]);
  try {
    const plan = await probe('wasm', 'plan', '--budget', '60s');
    if (plan.status !== 0) return `${title}\n\nFailed: ${plan.said.trim().split('\n').at(-1)}`;
    const runs = {
      wasm: () => probe('wasm', 'wasm', '--plan', receipt),
      tensorflow: () => probe('tensorflow', 'tensorflow', '--plan', receipt),
      ...(python === undefined
        ? {}
        : {
            PyTorch: () =>
              wholeRun(python, [
                fileURLToPath(new URL('peers/cold_start.py', import.meta.url)),
                set,
                receipt,
              ]),
          }),
    };
    const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
    const failures = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, run] of Object.entries(runs)) {
        if (failures.some((failure) => failure.startsWith(`${name} `))) continue;
        const { status, seconds, said } = await run();
        if (status === 0) times[name].push(seconds);
        else failures.push(`${name} is left out: ${said.trim().split('\n').at(-1)}`);
      }
    }
    const measured = Object.entries(times).filter(([, seconds]) => seconds.length === ROUNDS);
    return [
      title,
      `The same list of trials, planned once with 60 s on the wasm engine; ${ROUNDS} rounds.`,
      ...failures,
      table(
        ['', 'Seconds', 'To PyTorch'],
        measured.map(([name, seconds]) => [
          name,
          spread(seconds, 1),
          name === 'PyTorch' || times.PyTorch?.length !== ROUNDS
            ? '–'
            : spread(ratios(seconds, times.PyTorch), 2),
        ]),
      ),
    ].join('\n\n');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
