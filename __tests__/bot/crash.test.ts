import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { BotProcess, botNode, until, whyNot } from '../fixtures/bot/process.js';
import { pullRequest } from '../fixtures/bot/webhooks.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { aPull } from '../fixtures/github/repository.js';

const inputs = [
  'repository',
  'pull-request',
  'head-sha',
  'base-sha',
  'request',
  'budget',
  'strategies',
  'engine',
  'backbone',
];
const installations = 12;
const events = 60;
const kills = 4;

let fake: FakeGitHub;
let bot: BotProcess;

const shaOf = (number: number): string => number.toString(16).padStart(40, '0');
const payloadOf = (number: number) =>
  pullRequest({
    'installation.id': 1 + (number % installations),
    'repository.full_name': `org-${number % installations}/shapes-${number}`,
    'pull_request.number': number,
    'pull_request.head.sha': shaOf(number),
  });

(botNode === null ? describe.skip : describe)(`headstart bot, killed${whyNot}`, () => {
  beforeEach(async () => {
    fake = await FakeGitHub.start();
    const path = '.github/workflows/headstart-app.yml';
    fake.workflows.push({ id: 6, name: 'Headstart app', path, state: 'active', inputs });
    for (let id = 1; id <= installations; id++)
      fake.installations.push({ id, account: `org-${id}`, suspended_at: null });
    for (let number = 100; number < 100 + events; number++)
      fake.pulls.push(aPull({ number, head: { sha: shaOf(number), ref: `branch-${number}` } }));
    bot = new BotProcess(fake.url);
  });

  afterEach(async () => {
    await bot.remove();
    await fake.stop();
    expect(fake.violations).toEqual([]);
  });

  const dispatchesOf = (number: number): number =>
    fake.dispatches.filter((dispatch) => dispatch.inputs['pull-request'] === String(number)).length;
  const checksOf = (number: number): number =>
    fake.checkRuns.filter(({ head_sha }) => head_sha === shaOf(number)).length;

  it('loses no event that it accepted, and does none twice, wherever in a burst it is killed', async () => {
    const random = xoroshiro128plus(20_261);
    const pick = (most: number): number => (random.next() >>> 0) % most;
    const killAfter = Array.from({ length: kills }, () => pick(events));
    const accepted: number[] = [];
    let unanswered = 0;
    await bot.start();
    const sends: Promise<void>[] = [];
    for (let at = 0; at < events; at++) {
      const number = 100 + at;
      sends.push(
        bot.send('pull_request', payloadOf(number), `delivery-${number}`).then(
          ({ status }) => {
            if (status < 300) accepted.push(number);
          },
          () => {
            unanswered += 1;
          },
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, pick(40)));
      if (!killAfter.includes(at)) continue;
      await bot.stop('SIGKILL');
      await Promise.all(sends);
      await bot.start();
    }
    await Promise.all(sends);
    expect(accepted.length + unanswered).toBe(events);
    expect(accepted.length).toBeGreaterThan(events / 4);
    // GitHub sends again what was accepted, under the same id and under another.
    for (const number of accepted.slice(0, 10)) {
      expect(await bot.send('pull_request', payloadOf(number), `delivery-${number}`)).toMatchObject({
        status: 200,
      });
      expect(await bot.send('pull_request', payloadOf(number), `again-${number}`)).toMatchObject({
        status: 202,
      });
    }
    await until(
      'every accepted event in effect',
      () => accepted.every((number) => dispatchesOf(number) > 0),
      50,
    );
    await until('the queue worked off', async () => (await bot.health()).working === 0);
    const repeated = fake.pulls
      .map(({ number }) => number)
      .filter((number) => dispatchesOf(number) > 1 || checksOf(number) > 1);
    expect(repeated).toEqual([]);
    expect((await bot.health()).failed).toBe(0);
  }, 120_000);

  it.each(['checks/create', 'actions/create-workflow-dispatch'])(
    'does %s once when it is killed while GitHub does it',
    async (operation) => {
      const dead: Promise<unknown>[] = [];
      fake.before = (operationId) => {
        if (operationId === operation && dead.length === 0) dead.push(bot.stop('SIGKILL'));
      };
      await bot.start();
      await bot.send('pull_request', payloadOf(100));
      await until('the kill', () => dead.length > 0);
      await dead[0];
      await bot.start();
      await until('the dispatch after the restart', () => bot.logged('done').length > 0, 40);
      expect([checksOf(100), dispatchesOf(100)]).toEqual([1, 1]);
      expect(fake.called(operation)).toBe(1);
    },
  );
});
