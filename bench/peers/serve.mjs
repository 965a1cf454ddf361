import { createInterface } from 'node:readline';

/**
 * The part of a peer that all share: says `{version}`, or `{error}` when `open` throws, then answers each line
 * `{"task", "seconds"}` with the items that it did, and the CPU-seconds and seconds of wall clock that they took. A task
 * does some work and gives the number of items in it.
 */
export async function serve(open) {
  const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  try {
    const { version, tasks } = open();
    say({ version });
    for await (const line of createInterface({ input: process.stdin })) {
      const { task, seconds } = JSON.parse(line);
      say(await measure(tasks[task], seconds));
    }
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}

async function measure(work, seconds) {
  const began = performance.now();
  const before = process.cpuUsage();
  let items = 0;
  do items += await work();
  while (performance.now() < began + 1000 * seconds);
  const { user, system } = process.cpuUsage(before);
  return { items, cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - began) / 1000 };
}
