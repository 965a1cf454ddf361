import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ratios, spread, table } from './numbers.mjs';
import { inRounds, openTeam } from './team.mjs';

/** JPEGs of 500 × 375 pixels to 64 pixels on one core, beside Pillow with and without its `draft`. */
export async function decode({ python, rounds, seconds }) {
  const title = '## Decoding';
  if (python === undefined) return `${title}\n\nLeft out: no Python with Pillow was named.`;
  const here = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'headstart-bench-'));
  try {
    const made = spawnSync(python, [here('draw_jpegs.py'), folder], { encoding: 'utf8' });
    if (made.status !== 0) return `${title}\n\nLeft out: ${made.stderr.trim().split('\n').at(-1)}`;
    const ours = await openTeam({
      name: 'Headstart',
      command: process.execPath,
      args: ['--no-liftoff', here('decoder.mjs'), folder],
    });
    const pillow = await openTeam({ name: 'Pillow', command: python, args: [here('pillow.py'), folder] });
    const figures = await inRounds(
      [
        { label: 'Headstart', team: ours, task: 'decode' },
        { label: 'Pillow', team: pillow, task: 'whole' },
        { label: 'Pillow with draft', team: pillow, task: 'draft' },
      ],
      { rounds, seconds },
    );
    [ours, pillow].forEach((team) => team.end());
    const of = (label) => figures.get(label).map(({ perCpuSecond }) => perCpuSecond);
    return [
      title,
      `200 drawn JPEGs of 500 × 375 pixels, quality 90, to 64 × 64, one core. ${ours.version}; ${pillow.version}.`,
      table(
        ['', 'Images per CPU-second', 'Headstart against it'],
        [...figures.keys()].map((label) => [
          label,
          spread(of(label), 0),
          label === 'Headstart' ? '–' : spread(ratios(of('Headstart'), of(label)), 2),
        ]),
      ),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
