import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openPool, WorkerLost, type Pool } from '../../src/scheduling/pool.js';
import { folderWith } from '../fixtures/folder-with.js';

/** A worker that does as the rows of its decode task say. */
const worker = join(folderWith({}), 'worker.mjs');
writeFileSync(
  worker,
  `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const once = import.meta.filename + '.once';
let setups = [];
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  if (message.kind !== 'task') return void setups.push(message.kind);
  const [order] = message.input.rows;
  if (order === 1) process.exit(7);
  if (order === 2) { console.error('JavaScript heap out of memory'); process.abort(); }
  if (order === 3) return process.send({ id: message.id, error: 'no such thing' });
  if (order === 4) return;
  if (order === 6 && !existsSync(once)) { writeFileSync(once, ''); process.kill(process.pid, 'SIGKILL'); }
  if (order === 7) return process.send({ id: message.id, output: readFileSync('/proc/' + process.ppid + '/environ', 'utf8') });
  if (order === 5) return process.send({ id: message.id, output: Object.keys(process.env) });
  process.send({ id: message.id, output: { setups, pid: process.pid, threads: process.env.TF_NUM_INTRAOP_THREADS ?? null } });
});`,
);

let pool: Pool | undefined;
afterEach(() => pool?.close());
const open = (size: number) => (pool = openPool(worker, size));
const order = (what: number, retry = false) =>
  pool!.run('decode', { seconds: 60, rows: [what] }, { retry }) as Promise<unknown>;

/** What workers that nobody gives threads to are told, by the surroundings of this test. */
const ofOthers = process.env['TF_NUM_INTRAOP_THREADS'] ?? null;

describe('openPool', () => {
  it('loses only the task whose worker dies, and says how', async () => {
    open(2);
    const ends = await Promise.allSettled([order(0), order(1), order(0), order(2), order(0)]);
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect((ends[1] as PromiseRejectedResult).reason).toBeInstanceOf(WorkerLost);
    expect(String((ends[1] as PromiseRejectedResult).reason)).toMatch(/exit code 7/);
    expect(String((ends[3] as PromiseRejectedResult).reason)).toMatch(/SIGABRT/);
  });

  it('runs a lost task once more, and remembers that it was lost', async () => {
    open(1);
    expect(await order(6, true)).toMatchObject({ setups: [] });
    expect(pool!.losses()).toEqual([
      'A worker process was lost (SIGKILL) at the task “decode”; it was run again.',
    ]);
    await expect(order(1, true)).rejects.toThrow(/exit code 7/);
    expect(pool!.losses()).toHaveLength(2);
  });

  it('starts a worker of its own for what wants several threads, beside the others', async () => {
    open(1).prepare({ kind: 'setup', engine: 'tensorflow' });
    const many = (rows: number[]) =>
      pool!.run('decode', { seconds: 60, rows }, { retry: false, threads: 3 }) as Promise<unknown>;
    const [one, first, second] = (await Promise.all([order(0), many([0]), many([0])])) as { pid: number }[];
    expect(first).toMatchObject({ setups: ['setup'], threads: '3' });
    expect(second).toEqual(first);
    expect(one).toMatchObject({ setups: ['setup'], threads: ofOthers });
    expect(one.pid).not.toBe(first.pid);
    await expect(many([1])).rejects.toThrow(/exit code 7/);
    expect(await many([0])).toMatchObject({ threads: '3' });
  });

  it('does not wait for a worker with several threads that does not keep running', async () => {
    open(1);
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        pool!.run('decode', { seconds: 60, rows: [1] }, { retry: false, threads: 2 }),
      ),
    );
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'rejected'));
    expect(await order(0)).toMatchObject({ threads: ofOthers });
  });

  it('does not run again what was given up', async () => {
    open(1);
    const hanging = order(4, true);
    pool!.abandon();
    await expect(hanging).rejects.toThrow(WorkerLost);
    expect(pool!.losses()).toEqual([]);
  });

  it('sets replacements up like the workers that were lost', async () => {
    open(1).prepare({ kind: 'setup', engine: 'wasm' });
    await expect(order(1)).rejects.toThrow(WorkerLost);
    expect(await order(0)).toMatchObject({ setups: ['setup'] });
  });

  it('hands on what a task says went wrong', async () => {
    open(1);
    await expect(order(3)).rejects.toThrow('no such thing');
    expect(await order(0)).toMatchObject({ setups: [] });
  });

  it('gives up where no worker keeps running', async () => {
    open(1);
    const ends = await Promise.allSettled(Array.from({ length: 9 }, () => order(1)));
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(order(0)).rejects.toThrow(/no worker keeps running/);
  });

  it('ends what is under way when it is closed', async () => {
    open(1);
    const hanging = order(4);
    const waiting = order(0);
    pool!.close();
    await expect(hanging).rejects.toThrow(/the run ended/);
    await expect(waiting).rejects.toThrow(/the run ended/);
    await expect(order(0)).rejects.toThrow(/the pool is closed/);
  });

  it('gives up what is under way and goes on with new workers', async () => {
    open(1);
    const hanging = order(4);
    const waiting = order(0);
    pool!.abandon();
    await expect(waiting).rejects.toThrow(/given up/);
    await expect(hanging).rejects.toThrow(/SIGKILL/);
    expect(await order(0)).toMatchObject({ setups: [] });
  });

  it('keeps tokens and inputs out of the environment of workers', async () => {
    process.env['GITHUB_TOKEN'] = 'secret';
    process.env['INPUT_GITHUB-TOKEN'] = 'secret';
    open(1);
    const names = (await order(5)) as string[];
    delete process.env['GITHUB_TOKEN'];
    delete process.env['INPUT_GITHUB-TOKEN'];
    expect(names).toContain('PATH');
    expect(names.filter((name) => /TOKEN|INPUT_/.test(name))).toEqual([]);
  });

  // What docs/security.md says is not protected.
  (process.platform === 'linux' ? it : it.skip)(
    'cannot keep a worker from the environment of its parent on Linux',
    () => {
      const pool = pathToFileURL(join(import.meta.dirname, '../../build/scheduling/pool.js')).href;
      const program = `import { openPool } from ${JSON.stringify(pool)};
const pool = openPool(${JSON.stringify(worker)}, 1);
const of = (row) => pool.run('decode', { seconds: 60, rows: [row] });
const [own, parents] = await Promise.all([of(5), of(7)]);
pool.close();
console.log(own.includes('INPUT_GITHUB-TOKEN'), parents.includes('INPUT_GITHUB-TOKEN=secret'));`;
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], 'INPUT_GITHUB-TOKEN': 'secret' },
      });
      expect(stdout).toBe('false true\n');
    },
  );
});
