import { readFileSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/checks/finding.js';
import { renderComment } from '../../src/report/render/comment.js';
import { BotProcess, botNode, previousSecret, secret, until, whyNot } from '../fixtures/bot/process.js';
import {
  checkAgain,
  comment,
  type Payload,
  pullRequest,
  signature,
  suiteAgain,
  workflowRun,
} from '../fixtures/bot/webhooks.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { aPull } from '../fixtures/github/repository.js';
import { zipOf } from '../fixtures/zip.js';
import { aContext, aReport } from '../report/fixture.js';

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
const sha = '0123456789abcdef0123456789abcdef01234567';

const naming: Finding = {
  id: 'leak-exact',
  severity: 'error',
  effect: 'weakens',
  message: 'One test image is a training image as well.',
  remedy: 'Remove it from one of them.',
  count: 1,
  evidence: ['data/patient-smith.png'],
  places: [{ file: 'data/patient-smith.png' }],
};

/** What a step that showed everything and passed says of itself. */
function aStep(changes: object = {}): object {
  return { schema: 'headstart/step/v1', details: 'full', causes: [], ...changes };
}

let fake: FakeGitHub;
let bot: BotProcess;

(botNode === null ? describe.skip : describe)(`headstart bot${whyNot}`, () => {
  beforeEach(async () => {
    fake = await FakeGitHub.start();
    const path = '.github/workflows/headstart-app.yml';
    fake.workflows.push({ id: 6, name: 'Headstart app', path, state: 'active', inputs });
    fake.installations.push({ id: 5, account: 'octo-org', suspended_at: null });
    fake.permissions['octocat'] = 'write';
    fake.account = 'headstart[bot]';
    bot = new BotProcess(fake.url);
  });

  afterEach(async () => {
    await bot.remove();
    await fake.stop();
    expect(fake.violations).toEqual([]);
    for (const hidden of [secret, previousSecret, 'BEGIN', 'ghs_', 'Codertocat'])
      expect(bot.log).not.toContain(hidden);
  });

  const idle = (): Promise<void> =>
    until('nothing waits that is due', async () => (await bot.health()).working === 0);
  /** Sends a pull request through to its dispatch; the id of the request comes back. */
  const dispatched = async (): Promise<string> => {
    expect(await bot.send('pull_request', pullRequest())).toMatchObject({ status: 202 });
    await until('the dispatch', () => fake.dispatches.length > 0);
    await idle();
    return fake.dispatches[0].inputs['request'];
  };
  /** The run of a dispatch ends, with this report and what the step says of itself; null leaves none. */
  const ended = async (
    report: unknown,
    conclusion = 'success',
    step: unknown = null,
    which = -1,
  ): Promise<void> => {
    const run = fake.workflowRuns.at(which)!;
    Object.assign(run, { status: 'completed', conclusion });
    if (report !== null) {
      const files = { 'report.json': report, ...(step === null ? {} : { 'step.json': step }) };
      const archive = zipOf(
        Object.entries(files).map(([name, content]) => ({ name, content: JSON.stringify(content) })),
      );
      const artifact = { id: fake.nextId(), name: 'headstart-report', runId: run.id, archive };
      fake.artifacts.push({ ...artifact, expired: false, created_at: '2026-01-01T00:00:00Z' });
    }
    const { request } = fake.dispatches.at(which)!.inputs;
    const payload = workflowRun(request, {
      'workflow_run.id': run.id,
      'workflow_run.conclusion': conclusion,
      'workflow_run.html_url': `https://github.com/octo-org/shapes/actions/runs/${run.id}`,
    });
    expect(await bot.send('workflow_run', payload)).toMatchObject({ status: 202 });
    await until('the end of the check run', () => fake.checkRuns.at(which)!.status === 'completed');
    await idle();
  };

  it('turns a pull request into a check run and a dispatch, and the run into a comment of its own', async () => {
    await bot.start();
    const request = await dispatched();
    expect(fake.checkRuns).toHaveLength(1);
    expect(fake.checkRuns[0]).toMatchObject({
      name: 'Headstart',
      head_sha: sha,
      external_id: request,
      status: 'queued',
    });
    expect(fake.dispatches).toEqual([
      {
        workflow: 'headstart-app.yml',
        ref: 'main',
        inputs: {
          repository: 'octo-org/shapes',
          'pull-request': '7',
          'head-sha': sha,
          'base-sha': 'f'.repeat(40),
          request,
          budget: '',
          strategies: '',
          engine: '',
          backbone: '',
        },
      },
    ]);

    await ended(aReport());
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].user?.login).toBe('headstart[bot]');
    expect(fake.comments[0].body).toMatch(/^<!-- headstart:report [^]*## 🟢/u);
    expect(fake.comments[0].body).toContain(`/octo-org/shapes/commit/${sha}`);
    expect(fake.checkRuns[0]).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(fake.checkRuns[0].details_url).toContain('/actions/runs/');

    // The same once more under another id changes nothing; asking for the check again measures again.
    await bot.send('pull_request', pullRequest());
    await bot.send('check_run', checkAgain(fake.checkRuns[0].id, request));
    await until('the second dispatch', () => fake.dispatches.length === 2);
    await idle();
    expect(fake.dispatches[1].inputs['request']).not.toBe(request);
    await ended(
      aReport({ status: 'stopped', statusReason: 'Half of the images cannot be read.', verdict: null }),
      'failure',
    );
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].body).toContain('Half of the images cannot be read.');
    expect(fake.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['success', 'failure']);
    expect(await bot.stop()).toBe(0);
  });

  it('obeys commands of people who may write, and of nobody else', async () => {
    await bot.start();
    await bot.send(
      'issue_comment',
      comment('/headstart probe budget=2m strategies=frozen,scratch engine=wasm'),
    );
    await until('the reaction', () => fake.reactions.length > 0);
    const asked = { budget: '120s', strategies: 'frozen,scratch', engine: 'wasm' };
    expect(fake.dispatches).toMatchObject([{ inputs: asked }]);
    const stranger = { 'comment.id': 901, 'comment.user.login': 'mona' };
    await bot.send('issue_comment', comment('/headstart probe', stranger));
    await until('the refusal', () => fake.comments.length === 1);
    expect(fake.comments[0].body).toContain('write access');
    expect(fake.comments[0].user?.login).toBe('headstart[bot]');
    await bot.send('issue_comment', comment('/headstart help', { 'comment.id': 902 }));
    await until('the help', () => fake.comments.length === 2);
    fake.workflows.length = 0;
    await bot.send('issue_comment', comment('/headstart probe', { 'comment.id': 903 }));
    await until('the hint', () => fake.comments.length === 3);
    expect(fake.comments[2].body).toContain('.github/workflows/headstart-app.yml');
    expect(fake.dispatches).toHaveLength(1);
  });

  it('explains, measures the named commit alone, and says what it leaves to the workflow', async () => {
    await bot.start();
    fake.addComment(renderComment(aReport(), aContext), 'headstart[bot]');
    const answered = async (line: string, id: number, text: string): Promise<void> => {
      await bot.send('issue_comment', comment(`/headstart ${line}`, { 'comment.id': id }));
      await until(line, () => fake.comments.slice(1).some(({ body }) => body.includes(text)));
    };
    await answered('explain', 905, '### Hybrid, 94 % sure');
    await answered('inspect', 906, '`inspect` needs the workflow');
    await answered('cancel', 907, '`cancel` needs the workflow');
    await answered('probe @abcdef0', 908, 'the command names `abcdef0`');
    expect(fake.comments).toHaveLength(4);
    expect(fake.dispatches).toEqual([]);
    const probe = '/headstart probe @0123456 backbone=embedded-drawn';
    await bot.send('issue_comment', comment(probe, { 'comment.id': 910 }));
    await until('the dispatch', () => fake.dispatches.length === 1);
    expect(fake.dispatches[0].inputs['backbone']).toBe('embedded-drawn');
  });

  it.each<[string, unknown, string, string, RegExp]>([
    ['failed without a report', null, 'failure', 'failure', /log says why/u],
    ['was cancelled', null, 'cancelled', 'cancelled', /cancelled/u],
    ['left nothing', null, 'success', 'neutral', /no report/u],
    [
      'left what is no report',
      { schema: 'headstart/report/v1', extra: '@everyone' },
      'success',
      'failure',
      /not a valid report/u,
    ],
  ])('ends the check run of a run that %s', async (_, report, conclusion, shown, summary) => {
    await bot.start();
    await dispatched();
    await ended(report, conclusion);
    expect(fake.checkRuns).toMatchObject([
      { conclusion: shown, output: { summary: expect.stringMatching(summary) } },
    ]);
    expect(fake.comments).toEqual([]);
  });

  it.each<[string, unknown, string, string, RegExp]>([
    [
      'a gate that failed',
      aStep({ causes: ['fail-on names leak-exact.'] }),
      'failure',
      'failure',
      /leak-exact/u,
    ],
    [
      'a gate that failed, in a run that goes on',
      aStep({ causes: ['A gate.'] }),
      'success',
      'failure',
      /A gate/u,
    ],
    ['no gate, and a run that failed', aStep(), 'failure', 'failure', /The run failed/u],
    ['no word of a gate, and a run that failed', null, 'failure', 'failure', /The run failed/u],
    ['a step that did not end', aStep({ causes: null }), 'success', 'failure', /before it ended/u],
    ['a run that was out of time', aStep({ causes: null }), 'timed_out', 'timed_out', /before it ended/u],
    ['no gate, and a run that went well', aStep(), 'success', 'success', /./u],
    ['what is no word of a step', aStep({ green: true }), 'success', 'failure', /refused/u],
  ])('ends the check run as the run had it: %s', async (_, step, conclusion, shown, title) => {
    await bot.start();
    await dispatched();
    await ended(aReport(), conclusion, step);
    expect(fake.checkRuns).toMatchObject([
      { conclusion: shown, output: { title: expect.stringMatching(title) } },
    ]);
  });

  it('shows a run that was cancelled as that, without a comment, though it left a report', async () => {
    await bot.start();
    await dispatched();
    await ended(aReport({ status: 'partial' }), 'cancelled', aStep({ causes: null }));
    expect(fake.checkRuns).toMatchObject([{ conclusion: 'cancelled' }]);
    expect(fake.comments).toEqual([]);
  });

  it.each<[string, unknown, boolean]>([
    ['are counts', aStep({ details: 'counts' }), false],
    ['are not known', null, false],
    ['are full', aStep(), true],
  ])(
    'names files in comment and check run only where the details that the run had %s',
    async (_, step, names) => {
      await bot.start();
      await dispatched();
      await ended(aReport({ findings: [naming] }), 'success', step);
      const posted = JSON.stringify([fake.comments, fake.checkRuns]);
      expect(posted).toContain(naming.message);
      expect(posted.includes('patient-smith')).toBe(names);
    },
  );

  it('measures all pull requests of a commit again when all checks are asked for again, with the same wishes', async () => {
    await bot.start();
    await bot.send('issue_comment', comment('/headstart probe budget=2m'));
    await until('the dispatch', () => fake.dispatches.length === 1);
    await idle();
    await ended(aReport());
    const { id } = fake.checkRuns[0].check_suite;
    const again = suiteAgain(id, sha, { 'check_suite.updated_at': '2026-01-02T00:00:00Z' });
    await bot.send('check_suite', again);
    await until('the second dispatch', () => fake.dispatches.length === 2);
    await bot.send('check_suite', again);
    await bot.send('check_suite', suiteAgain(id, 'a'.repeat(40)));
    await until(
      'all three',
      () => bot.logged('done').filter(({ kind }) => kind === 'measure all again').length === 3,
    );
    expect(fake.dispatches.map(({ inputs: { budget } }) => budget)).toEqual(['120s', '120s']);
    expect(fake.checkRuns).toHaveLength(2);
    await ended(aReport());
    await bot.send('check_suite', suiteAgain(id, sha, { 'check_suite.updated_at': '2026-01-03T00:00:00Z' }));
    await until('the third dispatch', () => fake.dispatches.length === 3);
  });

  it('leaves the comment to the newer of two measurements of one commit, whichever is posted last', async () => {
    await bot.start();
    const request = await dispatched();
    await bot.send('check_run', checkAgain(fake.checkRuns[0].id, request));
    await until('the second dispatch', () => fake.dispatches.length === 2);
    await ended(aReport());
    const [{ body }] = fake.comments;
    await ended(aReport({ createdAt: '2026-01-03T03:04:05.000Z' }), 'success', null, 0);
    expect(fake.comments.map((one) => one.body)).toEqual([body]);
    expect(fake.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
  });

  it.each(['pulls/get', 'actions/get-workflow', 'repos/get-collaborator-permission-level'])(
    'tries again later when the answer to %s makes no sense',
    async (operation) => {
      fake.faults.set(operation, { malformed: '{}', times: 1 });
      await bot.start();
      await bot.send('issue_comment', comment('/headstart probe'));
      await until('the first try', () => bot.logged('put back').length + bot.logged('done').length === 1);
      expect(bot.logged('put back')).toHaveLength(1);
      expect([fake.comments, fake.checkRuns]).toEqual([[], []]);
    },
  );

  it('ends the check run of what was refused, also where GitHub fails at that', async () => {
    fake.faults.set('actions/create-workflow-dispatch', { status: 422 });
    fake.faults.set('checks/update', { status: 502, times: 1 });
    await bot.start();
    await bot.send('pull_request', pullRequest());
    await until('the end of the check run', () => fake.checkRuns.at(0)?.status === 'completed', 40);
    expect(fake.checkRuns).toMatchObject([{ conclusion: 'failure' }]);
  });

  it('tries again what failed when GitHub sends it again', async () => {
    fake.faults.set('pulls/get', { status: 404, times: 1 });
    await bot.start();
    await bot.send('pull_request', pullRequest(), 'one');
    await until('the failure', () => bot.logged('failed').length === 1);
    expect(await bot.send('pull_request', pullRequest(), 'one')).toMatchObject({ status: 202 });
    await until('the dispatch', () => fake.dispatches.length === 1);
  });

  it('measures a fork by itself only where its author may write', async () => {
    await bot.start();
    const fork = (login: string): Payload =>
      pullRequest({
        'pull_request.head.repo.id': 8,
        'pull_request.author_association': 'COLLABORATOR',
        'pull_request.user.login': login,
      });
    await bot.send('pull_request', fork('mona'));
    await until('the outsider', () => bot.logged('done').length === 1);
    expect([fake.checkRuns, fake.dispatches]).toEqual([[], []]);
    await bot.send('pull_request', fork('octocat'));
    await until('the dispatch', () => fake.dispatches.length === 1);
  });

  it('posts no comment for a commit that is not the head any more, and takes no run from elsewhere', async () => {
    await bot.start();
    const request = await dispatched();
    const foreign = { 'workflow_run.id': 77, 'repository.full_name': 'mona/shapes' };
    await bot.send('workflow_run', workflowRun(request, foreign));
    await bot.send('workflow_run', workflowRun(request, { 'workflow_run.head_branch': 'more-shapes' }));
    await until('both', () => bot.logged('done').filter(({ kind }) => kind === 'post results').length === 2);
    expect(fake.checkRuns[0].status).toBe('queued');
    fake.headSha = 'a'.repeat(40);
    await ended(aReport());
    expect(fake.comments).toEqual([]);
    expect(fake.checkRuns[0]).toMatchObject({ head_sha: sha, conclusion: 'success' });
  });

  it('stores a delivery once, and refuses what is not signed, not whole or too large', async () => {
    await bot.start();
    const payload = pullRequest();
    const body = JSON.stringify(payload);
    expect(await bot.send('pull_request', payload, 'one')).toMatchObject({
      status: 202,
      body: { state: 'accepted' },
    });
    expect(await bot.send('pull_request', payload, 'one')).toMatchObject({
      status: 200,
      body: { state: 'accepted before' },
    });
    const old = { 'x-hub-signature-256': signature(body, previousSecret) };
    expect(await bot.send('pull_request', payload, 'two', old)).toMatchObject({ status: 202 });
    const forged = { 'x-hub-signature-256': signature(body, 'another secret') };
    expect(await bot.send('pull_request', payload, 'three', forged)).toMatchObject({ status: 401 });
    expect(
      await bot.send('pull_request', payload, 'three', { 'x-hub-signature-256': undefined }),
    ).toMatchObject({ status: 401 });
    expect(
      await bot.send('pull_request', payload, 'three', { 'x-github-delivery': undefined }),
    ).toMatchObject({ status: 400 });
    expect(await bot.send('ping', { zen: 'x' })).toMatchObject({ status: 202, body: { state: 'ignored' } });
    expect((await fetch(`${bot.url}/webhooks`)).status).toBe(405);
    expect((await fetch(`${bot.url}/setup`)).status).toBe(404);
    expect(await statusOfChunks(`${bot.url}/webhooks`, 26)).toBe(413);
    expect(await statusOfLength(`${bot.url}/webhooks`, 26 * 1024 * 1024)).toBe(413);
    await until('the dispatch', () => fake.dispatches.length > 0);
    await idle();
    expect(fake.dispatches).toHaveLength(1);
    expect((await bot.health()).status).toBe('ok');
  });

  it('waits for a rate limit, of one installation alone', async () => {
    fake.installations.push({ id: 6, account: 'other-org', suspended_at: null });
    fake.pulls.push(aPull({ number: 8, head: { sha: '8'.repeat(40) } }));
    fake.faults.set('pulls/get', {
      status: 403,
      headers: { 'retry-after': '3' },
      message: 'Secondary rate limit',
      times: 1,
    });
    await bot.start();
    const started = Date.now();
    await bot.send('pull_request', pullRequest());
    await until('the limit', () => bot.logged('put back for a rate limit').length === 1);
    const elsewhere = { 'installation.id': 6, 'repository.full_name': 'other-org/shapes' };
    await bot.send(
      'pull_request',
      pullRequest({ ...elsewhere, 'pull_request.number': 8, 'pull_request.head.sha': '8'.repeat(40) }),
    );
    await until('the other', () => fake.dispatches.length === 1);
    expect(fake.dispatches[0].inputs['repository']).toBe('other-org/shapes');
    await until('the first', () => fake.dispatches.length === 2);
    expect(Date.now() - started).toBeGreaterThanOrEqual(3000);
    expect(fake.dispatches[1].inputs['repository']).toBe('octo-org/shapes');
    expect(
      new Set(
        fake.calls
          .filter(({ operationId }) => operationId === 'checks/create')
          .map((call) => call.authorization),
      ).size,
    ).toBe(2);
  });

  it('tells in the check run when the workflow cannot be dispatched, and forgets an app that is taken away', async () => {
    fake.workflows[0].inputs = null;
    await bot.start();
    await bot.send('pull_request', pullRequest());
    await until('the check run', () => fake.checkRuns.at(0)?.conclusion === 'failure');
    expect(fake.checkRuns[0].output.summary).toContain('workflow_dispatch');
    await until('only what is looked after waits', async () => (await bot.health()).waiting === 1);
    await bot.send('installation', { action: 'deleted', installation: { id: 5 } });
    await until('nothing waits', async () => (await bot.health()).waiting === 0);
  });
});

(botNode === null ? describe.skip : describe)(`headstart bot without an app${whyNot}`, () => {
  it('leads through the manifest flow once, and keeps what it is given in files of its own', async () => {
    fake = await FakeGitHub.start();
    const none = { APP_ID: '', PRIVATE_KEY: '', WEBHOOK_SECRET: '' };
    bot = new BotProcess(fake.url, { ...none, PUBLIC_URL: 'https://bot.example.com' });
    try {
      fake.conversions.set('c0de', {
        client_id: 'Iv1.1',
        client_secret: 'cs',
        webhook_secret: 'w'.repeat(40),
        pem: 'the key',
      });
      await bot.start();
      const link = /https:\/\/bot\.example\.com(\/setup\?token=\S+)/u;
      await until('the link', () => link.test(bot.log));
      expect((await fetch(`${bot.url}/setup`)).status).toBe(403);
      const page = await fetch(bot.url + link.exec(bot.log)![1]);
      const html = await page.text();
      expect(page.headers.get('content-security-policy')).toContain(
        "default-src 'none'; form-action https://github.com;",
      );
      const state = /settings\/apps\/new\?state=([\w-]+)"/u.exec(html)![1];
      const described = /name="manifest" value="([^"]*)"/u.exec(html)![1].replaceAll('&quot;', '"');
      expect(JSON.parse(described)).toMatchObject({
        hook_attributes: { url: 'https://bot.example.com/webhooks' },
        public: false,
        default_permissions: { actions: 'write', checks: 'write', contents: 'read', pull_requests: 'write' },
        default_events: ['pull_request', 'issue_comment', 'check_run', 'check_suite', 'workflow_run'],
      });
      expect((await fetch(`${bot.url}/setup/callback?code=c0de&state=${state}x`)).status).toBe(403);
      const done = await fetch(`${bot.url}/setup/callback?code=c0de&state=${state}`);
      expect(done.status).toBe(200);
      expect(await done.text()).not.toMatch(/wwww|the key/u);
      expect((await fetch(`${bot.url}/setup/callback?code=c0de&state=${state}`)).status).toBe(403);
      const file = join(bot.folder, 'headstart-bot.env');
      expect(readFileSync(file, 'utf8')).toMatch(
        /^APP_ID=99\nPRIVATE_KEY_PATH=\S+headstart-bot\.pem\nWEBHOOK_SECRET=w{40}\n$/u,
      );
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(bot.folder, 'headstart-bot.pem'), 'utf8')).toBe('the key');
      expect(bot.log).not.toMatch(/wwww|the key/u);
      expect(await bot.stop()).toBe(0);
      await expect(bot.start()).rejects.toThrow('already created');
      expect(fake.violations).toEqual([]);
    } finally {
      await bot.remove();
      await fake.stop();
    }
  });
});

/** The status for a body of many megabytes whose length was not told before. */
function statusOfChunks(url: string, megabytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = posting(url, {}, resolve, reject);
    const chunk = Buffer.alloc(1024 * 1024, 32);
    for (let sent = 0; sent < megabytes; sent++) request.write(chunk);
  });
}

function statusOfLength(url: string, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    posting(url, { 'content-length': String(bytes) }, resolve, reject).write('{');
  });
}

function posting(
  url: string,
  headers: Record<string, string>,
  resolve: (status: number) => void,
  reject: (error: Error) => void,
): ReturnType<typeof httpRequest> {
  const whole = {
    'content-type': 'application/json',
    'x-github-delivery': 'large',
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
  };
  let answered = false;
  const request = httpRequest(url, { method: 'POST', headers: { ...whole, ...headers } }, (response) => {
    answered = true;
    resolve(response.statusCode ?? 0);
    request.destroy();
  });
  // The rest of the body meets a connection that is closed.
  request.on('error', (error) => answered || reject(error));
  return request;
}
