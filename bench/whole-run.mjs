import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';

/** How often the memory of the processes is looked at, in milliseconds. */
const EVERY = 200;

/**
 * Runs a command to its end. `peakBytes` is the most that it and all its descendants held at one moment, shared pages
 * counted once (PSS); null where the system does not tell, as outside Linux. `mainPeakBytes` is
 * the same without the descendants. `printed` and `said` are the ends of what
 * it wrote to its output and its error output.
 */
export async function wholeRun(command, args, { cwd } = {}) {
  const began = performance.now();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let printed = '';
  child.stdout.on('data', (text) => (printed = (printed + text).slice(-2000)));
  child.stderr.on('data', (text) => (said = (said + text).slice(-2000)));
  let peakBytes = null;
  let mainPeakBytes = null;
  const watch = setInterval(() => {
    const held = heldBy(child.pid);
    if (held === null) return;
    peakBytes = Math.max(peakBytes ?? 0, held.all);
    mainPeakBytes = Math.max(mainPeakBytes ?? 0, held.main);
  }, EVERY);
  const status = await new Promise((settle) => child.on('close', settle));
  clearInterval(watch);
  return { status, seconds: (performance.now() - began) / 1000, peakBytes, mainPeakBytes, printed, said };
}

function heldBy(root) {
  try {
    const parents = new Map(
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => {
          const stat = read(`/proc/${pid}/stat`);
          return stat === null
            ? []
            : [[Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
        }),
    );
    const family = new Set([root]);
    for (let before = 0; before !== family.size;) {
      before = family.size;
      for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
    }
    const held = (pid) =>
      1024 * Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0);
    return { main: held(root), all: [...family].reduce((sum, pid) => sum + held(pid), 0) };
  } catch {
    return null;
  }
}

/** null for a process that has just ended. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
