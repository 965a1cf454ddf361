import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { table } from './numbers.mjs';

/** Trials after which memory is looked at; growth is from the second of them, when everything was used often. */
const LOOKS = (process.env.BENCH_SOAK ?? '200,1000,2000').split(',').map(Number);
/** Growth of resident memory that is no leak: what allocators keep in reserve varies by as much. */
const SMALL = 16 * 2 ** 20;
const KEPT = { wasm: 'arenas', tensorflow: 'tensors' };

/** Whether a worker that lives long grows: trial after trial in one process for each engine. */
export async function soak() {
  const rows = [];
  const verdicts = [];
  for (const engine of Object.keys(KEPT)) {
    const { looks, failed } = await live(engine);
    if (failed !== null) {
      verdicts.push(`${engine} failed: ${failed}`);
      continue;
    }
    for (const { trials, rss, heapUsed, most, kept } of looks) {
      rows.push([
        `${engine}, ${trials.toLocaleString('en')}`,
        ...[rss, heapUsed, most].map((bytes) => (bytes / 2 ** 20).toFixed(1)),
        `${kept} ${KEPT[engine]}`,
      ]);
    }
    verdicts.push(verdict(engine, looks));
  }
  return [
    '## Soak',
    `Trial after trial in one worker process for each engine, on noise of 32 pixels: all ways to train in turn, 24 and 48 images, one pass. Looked at after garbage was collected, but for the most that was ever resident. Flat means that from ${LOOKS[0]} to ${LOOKS.at(-1)} trials the resident memory grew by less than ${SMALL / 2 ** 20} MiB, and that no more arenas or tensors are kept.`,
    table(['Trials', 'Resident, MiB', 'Heap of JavaScript, MiB', 'Most resident, MiB', 'Kept'], rows),
    verdicts.map((line) => `- ${line}`).join('\n'),
  ].join('\n\n');
}

function verdict(engine, looks) {
  const [first, last] = [looks[0], looks.at(-1)];
  const growth = last.rss - first.rss;
  const flat = growth < SMALL && last.kept <= first.kept;
  const bytes = `${growth < 0 ? '−' : '+'}${(Math.abs(growth) / 2 ** 20).toFixed(1)} MiB`;
  return `${engine}: ${flat ? 'flat' : 'not flat'} (${bytes}, ${first.kept} and then ${last.kept} ${KEPT[engine]})`;
}

/** The lines of soak-process.mjs; `failed` is why it did not get to the end. */
async function live(engine) {
  const script = fileURLToPath(new URL('soak-process.mjs', import.meta.url));
  const args = ['--expose-gc', '--no-liftoff', script, engine, ...LOOKS.map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let said = '';
  child.stdout.on('data', (text) => (printed += text));
  child.stderr.on('data', (text) => (said = (said + text).slice(-2000)));
  const status = await new Promise((settle) => child.on('close', settle));
  const looks = printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const failed =
    status === 0 && looks.length === LOOKS.length
      ? null
      : (said.match(/^\w*Error: .*$/m)?.[0] ?? said.trim().split('\n').at(-1));
  return { looks, failed };
}
