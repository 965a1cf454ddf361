import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Processes that do the same work at the same time: one way to use this machine. `size` processes of `command`, each
 * with `threads` threads, that speak the lines of peers/serve.mjs; `tasks` are those that it can be asked for. Gives `{name, error}` when one of them does not start.
 */
export async function openTeam({ name, command, args, size = 1, threads = 1, tasks = [] }) {
  const members = Array.from({ length: size }, () => startMember(name, command, args, threads));
  const hellos = await Promise.all(members.map(({ answer }) => answer()));
  const failed = hellos.find((hello) => 'error' in hello);
  const end = () => members.forEach((member) => member.end());
  if (failed !== undefined) {
    end();
    return { name, error: failed.error };
  }
  return {
    name,
    tasks,
    version: hellos[0].version,
    end,
    /** Items per second of wall clock, of all members together, and per CPU-second. */
    async ask(request) {
      const answers = await Promise.all(members.map((member) => member.ask(request)));
      const sum = (key) => answers.reduce((total, answer) => total + answer[key], 0);
      return {
        perSecond: answers.reduce((total, { items, wallSeconds }) => total + items / wallSeconds, 0),
        perCpuSecond: sum('items') / sum('cpuSeconds'),
      };
    },
  };
}

/** Those of the teams that start, and a sentence for each that does not. */
export async function openTeams(wanted) {
  const opened = [];
  for (const each of wanted) opened.push(await openTeam(each));
  return {
    teams: opened.filter((team) => !('error' in team)),
    absent: opened.flatMap(({ name, error }) => (error ? [`${name} is left out: ${error}`] : [])),
  };
}

function startMember(name, command, args, threads) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: withThreads(threads) });
  child.stdin.on('error', () => undefined);
  const failed = new Promise((settle) => child.on('error', ({ message }) => settle(message)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = () =>
    Promise.race([
      lines.next().then(({ value, done }) => (done ? { error: 'it ended.' } : JSON.parse(value))),
      failed.then((error) => ({ error })),
    ]);
  return {
    answer,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const said = await answer();
      if ('error' in said) throw new Error(`${name}: ${said.error}`);
      return said;
    },
    end: () => child.stdin.end(),
  };
}

function withThreads(threads) {
  const names = ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'];
  return {
    ...process.env,
    ...Object.fromEntries(names.map((name) => [name, String(threads)])),
    TF_CPP_MIN_LOG_LEVEL: '2',
  };
}

/**
 * Asks every team in turn, round after round, so that a busy machine slows all of them alike. `asks` are
 * `{label, team, task}`; gives a map from label to the rounds' figures. The first round warms up and is not counted.
 */
export async function inRounds(asks, { rounds, seconds }) {
  const figures = new Map(asks.map(({ label }) => [label, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { label, team, task } of asks) {
      const figure = await team.ask({ task, seconds: round < 0 ? seconds / 2 : seconds });
      if (round >= 0) figures.get(label).push(figure);
    }
  }
  return figures;
}
