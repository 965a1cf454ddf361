import { fork, type ChildProcess } from 'node:child_process';
import { childEnvironment, tensorflowEnvironment } from '../engine/child-environment.js';
import type { Reply, Request, Setup, TaskName, Tasks } from './worker-messages.js';

/** A worker process ended before it answered. Its task is lost; the others continue. */
export class WorkerLost extends Error {
  constructor(how: string) {
    super(`A worker process was lost (${how}); one task was lost with it.`);
    this.name = 'WorkerLost';
  }
}

/** Processes that each work on one task at a time; lost ones are replaced. */
export interface Pool {
  readonly size: number;
  /** Sends this to every worker, including later replacements, before its next task. A later setup of the same kind replaces it. */
  prepare(setup: Setup): void;
  /**
   * A task that is lost with its worker is retried once, unless `retry` is false. A task with several `threads` goes to
   * a worker of its own, started when first needed.
   */
  run<Name extends TaskName>(
    name: Name,
    input: Tasks[Name]['input'],
    options?: { retry?: boolean; threads?: number },
  ): Promise<Tasks[Name]['output']>;
  /** A sentence for each worker that was lost and whose task was retried. */
  losses(): readonly string[];
  /** Abandons all tasks under way and replaces their workers. */
  abandon(): void;
  /** Ends all processes. Tasks under way are lost. */
  close(): void;
  closed(): boolean;
}

interface Waiting {
  request: Request;
  /** Whether it may be retried. */
  retry: boolean;
  threads: number;
  resolve: (output: never) => void;
  reject: (error: Error) => void;
}

interface Worker {
  process: ChildProcess;
  /** That TensorFlow has in it. */
  threads: number;
  task: Waiting | null;
  lastWords: string;
}

/** More replacements per worker than this mean that the program cannot run here. */
const REPLACEMENTS = 5;

/** Opens `size` processes of `workerFile`. */
export function openPool(workerFile: string, size: number): Pool {
  const setups = new Map<Setup['kind'], Setup>();
  const queue: Waiting[] = [];
  const workers: Worker[] = [];
  let nextId = 1;
  let closed = false;
  let replacements = 0;
  const losses: string[] = [];

  const start = (threads = 1): Worker => {
    const child = fork(workerFile, [], {
      serialization: 'advanced',
      execArgv: ['--no-liftoff'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...childEnvironment(), ...(threads === 1 ? {} : tensorflowEnvironment(threads)) },
    });
    const worker: Worker = { process: child, threads, task: null, lastWords: '' };
    child
      .stderr!.setEncoding('utf8')
      .on('data', (text: string) => (worker.lastWords = (worker.lastWords + text).slice(-2000)));
    child.on('message', (reply: Reply) => settle(worker, reply));
    child.on('error', () => undefined);
    child.on('exit', (code, signal) => replace(worker, signal ?? `exit code ${code ?? 'unknown'}`));
    for (const setup of setups.values()) child.send(setup);
    return worker;
  };

  const hasWorkers = (threads: number) => workers.some((worker) => worker.threads === threads);
  const mayStart = () => replacements < REPLACEMENTS * size;

  const settle = (worker: Worker, reply: Reply): void => {
    const { task } = worker;
    if (task?.request.id !== reply.id) return;
    worker.task = null;
    if ('error' in reply) task.reject(new Error(reply.error));
    else task.resolve(reply.output as never);
    dispatch();
  };

  const replace = (worker: Worker, how: string): void => {
    const position = workers.indexOf(worker);
    if (closed || position === -1) return;
    const lastLine = worker.lastWords.trim().split('\n').at(-1) ?? '';
    const { task } = worker;
    const reason = lastLine === '' ? how : `${how}: ${lastLine}`;
    if (task?.retry === true) {
      losses.push(
        `A worker process was lost (${reason}) at the task “${task.request.name}”; it was run again.`,
      );
      queue.unshift({ ...task, retry: false });
    } else task?.reject(new WorkerLost(reason));
    if (mayStart()) workers[position] = start(worker.threads);
    else workers.splice(position, 1);
    replacements++;
    for (const waiting of queue.splice(0)) {
      if (hasWorkers(waiting.threads)) queue.push(waiting);
      else waiting.reject(new WorkerLost('no worker keeps running'));
    }
    dispatch();
  };

  const dispatch = (): void => {
    for (const worker of workers) {
      if (worker.task !== null) continue;
      const next = queue.findIndex(({ threads }) => threads === worker.threads);
      if (next === -1) continue;
      [worker.task] = queue.splice(next, 1);
      worker.process.send(worker.task.request);
    }
  };

  for (let i = 0; i < size; i++) workers.push(start());

  return {
    size,
    closed: () => closed,
    prepare(setup) {
      setups.set(setup.kind, setup);
      for (const worker of workers) worker.process.send(setup);
    },
    losses: () => losses,
    run(name, input, { retry = true, threads = 1 } = {}) {
      return new Promise((resolve, reject) => {
        if (threads > 1 && !closed && !hasWorkers(threads) && mayStart()) workers.push(start(threads));
        if (closed || !hasWorkers(threads)) {
          reject(new WorkerLost(closed ? 'the pool is closed' : 'no worker keeps running'));
          return;
        }
        queue.push({ request: { kind: 'task', id: nextId++, name, input }, retry, threads, resolve, reject });
        dispatch();
      });
    },
    abandon() {
      for (const task of queue.splice(0)) task.reject(new WorkerLost('it was given up'));
      for (const { task, process: child } of workers) {
        if (task === null) continue;
        task.retry = false;
        replacements--;
        child.kill('SIGKILL');
      }
    },
    close() {
      closed = true;
      const lost = [...queue.splice(0), ...workers.flatMap((worker) => worker.task ?? [])];
      for (const worker of workers.splice(0)) worker.process.kill('SIGKILL');
      for (const task of lost) task.reject(new WorkerLost('the run ended'));
    },
  };
}
