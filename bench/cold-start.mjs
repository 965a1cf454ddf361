import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, ratios, spread, table } from './numbers.mjs';
import { A_CORE, inTurn, plannedRuns, probe, signDigits, TOGETHER, whyNot } from './planned-runs.mjs';

/**
 * From the start of the process to the verdict on sign-digits, beside a PyTorch script that does the same list of
 * trials: interpreter start and imports count, installing does not.
 */
export async function coldStart({ python, datasets, longRounds }) {
  const title = '## From a cold start to a verdict';
  const data = signDigits(datasets);
  if (data === null) return `${title}\n\nLeft out: there is no sign-digits in the folder of datasets.`;
  const out = mkdtempSync(join(tmpdir(), 'headstart-bench-'));
  try {
    const planned = await probe(data, 'wasm', join(out, 'plan'), '--budget', '60s');
    if (planned.status !== 0) return `${title}\n\nFailed: ${whyNot(planned.said, join(out, 'plan'))}`;
    const plan = join(out, 'plan', 'receipt.json');
    const { figures, absent } = await inTurn(plannedRuns({ data, plan, python, out }), longRounds);
    const of = (name) => figures.get(name).map(({ seconds }) => seconds);
    const peer = [TOGETHER, A_CORE]
      .filter((name) => figures.has(name))
      .sort((a, b) => median(of(a)) - median(of(b)))
      .at(0);
    return [
      title,
      `The same list of trials, planned once with 60 s on the wasm engine; ${longRounds} rounds. A ratio below 1 is faster than the faster way to run PyTorch.`,
      ...absent,
      table(
        ['', 'Seconds', 'To PyTorch'],
        [...figures.keys()].map((name) => [
          name,
          spread(of(name), 1),
          peer === undefined || name === TOGETHER || name === A_CORE
            ? '–'
            : spread(ratios(of(name), of(peer)), 2),
        ]),
      ),
    ].join('\n\n');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
