import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { botNode, whyNot } from '../fixtures/bot/process.js';

const program = fileURLToPath(new URL('../fixtures/bot/queue-steps.mjs', import.meta.url));
const build = fileURLToPath(new URL('../../build', import.meta.url));

(botNode === null ? describe.skip : describe)(`the queue${whyNot}`, () => {
  let steps: Record<string, unknown>;

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'headstart-queue-'));
    const words = ['--no-warnings', program, build, join(folder, 'queue.db')];
    steps = JSON.parse(execFileSync(botNode!, words, { encoding: 'utf8' })) as typeof steps;
    rmSync(folder, { recursive: true });
  });

  it('keeps a delivery once, also among those that come together', () => {
    expect(steps['together']).toEqual([true, true, false, true, true]);
  });

  it('gives one job at a time in each repository, whatever its case, to one process', () => {
    expect(steps['oneInEachRepository']).toEqual(['a', 1, 'c', null, null]);
  });

  it('holds a job that is renewed, and gives up one whose process is dead', () => {
    // The lease on `c` is over; `d` is due by now; `a` is renewed, and `b` waits for it.
    expect(steps['renewed']).toEqual(['c', 'd', null]);
    expect(steps['takenFromTheDead']).toEqual(['a']);
    expect(steps['notFinishedByTheDead']).toBe(4);
  });

  it('leaves an installation alone for a rate limit, which costs no attempt', () => {
    expect(steps['paused']).toEqual(['c', 5000]);
    expect(steps['same']).toEqual(['a', 'a']);
    expect(steps['limitCostsNoAttempt']).toBe(true);
    expect(steps['faultCostsOne']).toBe(1);
  });

  it('drops what waits for an installation that is gone', () => {
    expect(steps['left']).toBe(2);
    expect(steps['state']).toEqual({ waiting: 0, working: 0, failed: 1, oldestSeconds: 0 });
  });

  it('takes a delivery that failed once more when it is sent again', () => {
    expect(steps['failedAgain']).toEqual([true, false, 'c', 1]);
  });

  it('forgets what is done after a week', () => {
    expect(steps['keptAWeek']).toBe(false);
    expect(steps['forgottenThen']).toBe(true);
  });

  it('opens one request for a cause, and forgets it after a month', () => {
    expect(steps['oneRequest']).toEqual([true, false, true, 7]);
    expect(steps['forgottenRequest']).toBeNull();
  });

  it('looks after a run of which no word came, and ends its check run when there is none', () => {
    expect(steps['stillRuns']).toEqual(['it still runs', 2]);
    expect(steps['lost']).toEqual(['no run was found', [31, 'failure'], 'lost']);
    expect(steps['over']).toBe('it is over');
  });

  it('looks again when looking after a run fails', () => {
    expect(steps['failedLook']).toEqual(['failed', 1]);
  });

  it('forgets a request of which nothing can be seen, so that it can be asked for again', () => {
    expect(steps['nothing']).toEqual(['nothing came of it', null]);
  });
});
