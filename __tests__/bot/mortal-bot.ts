import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Random } from '../../src/verdict/statistics.js';
import { Clock } from '../fixtures/bot/clock.js';
import { BotProcess } from '../fixtures/bot/process.js';
import { checkAgain, type Payload } from '../fixtures/bot/webhooks.js';

interface Delivery {
  event: string;
  payload: Payload;
  id: string;
}

const second = 1000;
const hour = 3600 * second;
/** Looks at a bot that does not come to rest. */
const mostLooks = 2000;

/** For nobody; it makes the bot look at its queue. */
const nudge: Delivery = {
  event: 'check_run',
  payload: {
    ...checkAgain(1, '00000000-0000-4000-8000-000000000000'),
    installation: { id: 1 },
    repository: { full_name: 'octo-org/other' },
  },
  id: 'nudge',
};

/** A bot that may be dead at any moment, and is started again after minutes or hours that pass at once. */
export class MortalBot {
  readonly #random: Random;
  readonly #clock = new Clock();
  readonly #process: BotProcess;
  #death: Promise<unknown> | null = null;
  #sent: Delivery[] = [];
  /** Webhooks that never arrived at first. */
  undelivered = 0;
  /** Milliseconds that have passed at once. */
  ahead = 0;

  constructor(apiUrl: string, random: Random) {
    this.#random = random;
    this.#process = new BotProcess(apiUrl, this.#clock.environment);
  }

  get log(): string {
    return this.#process.log;
  }

  /** As GitHub writes it. */
  now(): string {
    return new Date(Date.now() + this.ahead).toISOString();
  }

  async start(): Promise<void> {
    await this.#process.start();
  }

  async remove(): Promise<void> {
    await this.#death;
    await this.#process.remove();
    this.#clock.remove();
  }

  /** False where it is dead already. */
  kill(): boolean {
    if (this.#death !== null) return false;
    this.#death = this.#process.stop('SIGKILL');
    return true;
  }

  /** GitHub sends a webhook, at times in vain, at times twice. */
  async deliver(event: string, payload: Payload): Promise<void> {
    const delivery = { event, payload, id: randomUUID() };
    this.#sent.push(delivery);
    const [isLost, isTwice, isUnderAnotherId] = [0.15, 0.2, 0.1].map(
      (share) => this.#random.uniform() < share,
    );
    if (isLost) {
      this.undelivered += 1;
      return;
    }
    await this.#send(delivery);
    if (isTwice) await this.#send(delivery);
    if (isUnderAnotherId) await this.#send({ ...delivery, id: randomUUID() });
  }

  /** GitHub is made to send everything since the last time once more. */
  async redeliver(): Promise<void> {
    for (const delivery of this.#sent.splice(0)) {
      do await this.#revive();
      while (!(await this.#send(delivery)));
    }
  }

  /** Lets time pass until it is so, or until the bot waits for nothing more. */
  async live(isSo: () => boolean = () => false): Promise<void> {
    let step = 10 * second;
    for (let looks = 1; !isSo(); looks++) {
      if (looks > mostLooks) throw new Error(`the bot does not come to rest: ${this.log.slice(-2000)}`);
      await this.#revive();
      const { waiting, working } = await this.#health();
      if (working > 0) {
        await setTimeout(200);
      } else if (waiting > 0) {
        this.#pass(step);
        step = Math.min(2 * step, 2 * hour);
        await this.#send(nudge);
      } else return;
    }
  }

  #pass(milliseconds: number): void {
    this.ahead += milliseconds;
    this.#clock.pass(milliseconds);
  }

  async #revive(): Promise<void> {
    while (this.#death !== null) {
      await this.#death;
      this.#death = null;
      // What it worked at is given up by then.
      this.#pass([20 * second, hour, 3 * hour][this.#random.index(3)]);
      await this.start().catch((error: unknown) => {
        if (this.#death === null) throw error;
      });
    }
  }

  /** False where the bot died before it answered. */
  async #send({ event, payload, id }: Delivery): Promise<boolean> {
    if (this.#death !== null) return false;
    return this.#alive(async () => (await this.#process.send(event, payload, id)).status < 300, false);
  }

  #health(): Promise<{ waiting: number; working: number }> {
    return this.#alive<{ waiting: number; working: number }>(() => this.#process.health(), {
      waiting: 1,
      working: 1,
    });
  }

  /** What a bot answers, or this where it was killed meanwhile. */
  async #alive<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (this.#death !== null) return otherwise;
      if (this.#process.hasEnded)
        throw new Error(`the bot ended by itself: ${this.log.slice(-2000)}`, { cause: error });
      // On a busy machine a connection may be closed as idle just when it is used again.
      return this.#alive(ask, otherwise);
    }
  }
}
