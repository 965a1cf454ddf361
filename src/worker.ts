/** A worker process of the pool: answers one task at a time until its parent goes away. */
import type { Reply, Request, Setup } from './scheduling/worker-messages.js';
import { Work } from './scheduling/worker-tasks.js';

const work = new Work();

process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);

process.on('message', (message: Setup | Request) => {
  if (message.kind !== 'task') {
    work.prepare(message);
    return;
  }
  void work
    .perform(message)
    .then((output): Reply => ({ id: message.id, output }))
    .catch((error: unknown): Reply => ({
      id: message.id,
      error: error instanceof Error ? error.message : String(error),
    }))
    .then((reply) => process.send!(reply));
});
