/**
 * Speed of the engines on the reference net, beside PyTorch where there is one: `npm run compile`, then `npm run bench`.
 *
 * Every peer is a process with one thread that is asked in turn, round after round, so that a busy machine slows all
 * of them alike. Printed are medians over the rounds in images per CPU-second, their spread, and ratios taken within
 * each round. HEADSTART_PYTHON names a Python with PyTorch; BENCH_ROUNDS the number of rounds (7).
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const TASKS = ['embed', 'train'];
const rounds = Math.min(20, Number(process.env.BENCH_ROUNDS ?? 7));
/** Seconds of wall clock that one measurement lasts. */
const SECONDS = 1;

if (!existsSync(here('../build/engine/open.js'))) {
  console.error('There is no build/: run npm run compile first.');
  process.exit(1);
}

const candidates = [
  // As the workers run: without the baseline compiler, whose code is slow.
  { name: 'wasm', command: process.execPath, args: ['--no-liftoff', here('engine.mjs'), 'wasm'] },
  { name: 'tensorflow', command: process.execPath, args: [here('engine.mjs'), 'tensorflow'] },
];
const python = process.env.HEADSTART_PYTHON;
if (python) candidates.push({ name: 'pytorch', command: python, args: [here('peer.py')] });
else console.log('PyTorch is left out: HEADSTART_PYTHON does not name a Python that has it.');

const peers = [];
for (const candidate of candidates) {
  const peer = start(candidate);
  const hello = await peer.answer();
  if ('error' in hello) console.log(`${candidate.name} is left out: ${hello.error}`);
  else peers.push({ ...peer, version: hello.version });
}

/** Images per CPU-second by peer and task, one a round. */
const speeds = new Map(peers.map(({ name }) => [name, Object.fromEntries(TASKS.map((task) => [task, []]))]));
for (let round = -1; round < rounds; round++) {
  for (const task of TASKS) {
    for (const peer of peers) {
      const { images, cpuSeconds } = await peer.ask({ task, seconds: round < 0 ? 0.5 : SECONDS });
      // The first round warms up.
      if (round >= 0) speeds.get(peer.name)[task].push(images / cpuSeconds);
    }
  }
}
for (const peer of peers) peer.end();
print();

function start({ name, command, args }) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: oneThread() });
  child.stdin.on('error', () => undefined);
  const failed = new Promise((settle) => child.on('error', ({ message }) => settle(message)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const said = await Promise.race([
      lines.next().then(({ value, done }) => (done ? { error: 'it ended.' } : JSON.parse(value))),
      failed.then((error) => ({ error })),
    ]);
    return said;
  };
  return {
    name,
    answer,
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const said = await answer();
      if ('error' in said) throw new Error(`${name}: ${said.error}`);
      return said;
    },
    end: () => child.stdin.end(),
  };
}

function oneThread() {
  const names = ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'];
  return {
    ...process.env,
    ...Object.fromEntries(names.map((name) => [name, '1'])),
    TF_CPP_MIN_LOG_LEVEL: '2',
  };
}

function print() {
  console.log(
    `\n${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${rounds} rounds of ${SECONDS} s, batch 32, 64 px, one thread each`,
  );
  for (const { name, version } of peers) console.log(`${name.padEnd(12)} ${version}`);
  console.log(`\n${'images per CPU-second'.padEnd(24)}${TASKS.map((task) => task.padStart(26)).join('')}`);
  for (const { name } of peers) {
    const cells = TASKS.map((task) => described(speeds.get(name)[task], 0).padStart(26));
    console.log(`${name.padEnd(24)}${cells.join('')}`);
  }
  const pairs = peers.flatMap(({ name }, i) => peers.slice(i + 1).map((other) => [name, other.name]));
  if (pairs.length > 0) console.log('\nratio, within each round');
  for (const [a, b] of pairs) {
    const cells = TASKS.map((task) => {
      const ratios = speeds.get(a)[task].map((speed, round) => speed / speeds.get(b)[task][round]);
      return described(ratios, 2).padStart(26);
    });
    console.log(`${`${a} / ${b}`.padEnd(24)}${cells.join('')}`);
  }
}

/** Median, lowest and highest. */
function described(values, digits) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  const [most, least] = [sorted.at(-1), sorted[0]].map((value) => value.toFixed(digits));
  return `${median.toFixed(digits)} (${least} to ${most})`;
}
