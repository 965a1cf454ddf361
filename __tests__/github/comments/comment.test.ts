import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../src/github/client.js';
import {
  type Conversation,
  ownLogin,
  createComment,
  postSticky,
  reportComments,
  rewrite,
} from '../../../src/github/comments/comment.js';
import { renderComment, reportMarker } from '../../../src/report/render/comment.js';
import { FakeGitHub, type Fault } from '../../fixtures/github/fake.js';
import { aContext, aReport } from '../../report/fixture.js';

const place: Conversation = { owner: 'octo-org', repo: 'shapes', number: 7 };
const token = 'ghs_a_secret_of_the_tests';
const body = renderComment(aReport(), aContext);

let fake: FakeGitHub;
let log: string[];
const client = () => createClient({ token, apiUrl: fake.url, log: (line) => log.push(line), unit: 1 });
const ours = () => fake.comments.filter((comment) => comment.body.startsWith(reportMarker('default')));

beforeEach(async () => {
  fake = await FakeGitHub.start();
  log = [];
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
  expect(log.join('\n')).not.toContain(token);
});

describe('postSticky', () => {
  it('writes one comment, and edits it when the text changes', async () => {
    const first = await postSticky(client(), place, body);
    const second = await postSticky(client(), place, `${body}\nMore.`);
    expect(first).toEqual({ state: 'created', id: 1000, url: fake.comments[0].html_url });
    expect(second).toEqual({ ...first, state: 'updated' });
    expect(fake.comments.map((comment) => comment.body)).toEqual([`${body}\nMore.`]);
    expect(fake.calls[0].authorization).toBe(`token ${token}`);
  });

  it('leaves a comment alone that says the same, also with other line ends', async () => {
    fake.addComment(body.replaceAll('\n', '\r\n'));
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'unchanged', id: 1000 });
    expect(fake.called('issues/update-comment')).toBe(0);
  });

  it('finds its comment behind three hundred others', async () => {
    for (let index = 0; index < 300; index++) fake.addComment(`comment ${index}`, 'octocat');
    const own = fake.addComment(reportMarker('default'));
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'updated', id: own.id });
    expect(fake.called('issues/list-comments')).toBe(4);
  });

  it('touches no comment of another author, key, kind or with the marker further down', async () => {
    fake.addComment(body, 'octocat');
    fake.addComment(body.replace('key=default', 'key=other'));
    fake.addComment(body.replace('headstart:report', 'headstart:answer'));
    fake.addComment(`> ${body}`);
    fake.addComment(body).user = null;
    const before = structuredClone(fake.comments);
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'created' });
    expect(fake.comments.slice(0, -1)).toEqual(before);
  });

  it('keeps the oldest of several of its own', async () => {
    const [oldest] = [fake.addComment(`${body} a`), fake.addComment(`${body} b`), fake.addComment(body)];
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'updated', id: oldest.id });
    expect(fake.comments).toEqual([{ ...oldest, body }]);
  });

  it('leaves one comment when another run writes at the same moment', async () => {
    fake.before = (operationId) => {
      if (operationId !== 'issues/create-comment') return;
      fake.before = () => undefined;
      fake.addComment(`${body} of the other run`);
    };
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'updated', id: 1000 });
    expect(ours().map((comment) => comment.id)).toEqual([1000]);
  });

  it('writes anew when its comment goes while it is edited', async () => {
    fake.addComment(`${body} old`);
    fake.before = (operationId) => {
      if (operationId === 'issues/update-comment') fake.comments.length = 0;
    };
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'created' });
    expect(ours()).toHaveLength(1);
  });

  it('knows its own comments by the login of its token', async () => {
    fake.account = 'octocat';
    const own = fake.addComment(`${body} old`, 'octocat');
    fake.addComment(body, 'github-actions[bot]');
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'updated', id: own.id });
  });

  it('edits its comment also as an app, and asks once who it is', async () => {
    fake.account = 'my-app[bot]';
    const first = await postSticky(client(), place, body);
    const github = client();
    for (const text of ['again', 'and again']) {
      expect(await postSticky(github, place, `${body} ${text}`)).toEqual({ ...first, state: 'updated' });
    }
    expect(fake.comments.map((comment) => comment.body)).toEqual([`${body} and again`]);
    expect(fake.called('graphql')).toBe(2);
    expect(fake.called('issues/create-comment')).toBe(1);
    expect(fake.called('issues/delete-comment')).toBe(0);
  });

  it('takes itself for a workflow where the token may not ask, until it has written', async () => {
    fake.faults.set('graphql', { status: 403 });
    fake.account = 'my-app[bot]';
    const github = client();
    const first = await postSticky(github, place, body);
    expect(await postSticky(github, place, `${body} again`)).toEqual({ ...first, state: 'updated' });
    expect(fake.comments).toHaveLength(1);
  });

  it('as an app finds its reports and opens its boxes again', async () => {
    fake.account = 'my-app[bot]';
    const github = client();
    const { id } = (await postSticky(github, place, body)) as { id: number };
    expect(await rewrite(github, place, id, (text) => `${text} after`)).toBe(true);
    const found = await reportComments(client(), place, await ownLogin(client()));
    expect(found).toMatchObject([{ key: 'default', body: `${body} after` }]);
  });

  it('refuses a text without a marker rather than editing what is not its own', async () => {
    fake.addComment('no marker');
    const posting = await postSticky(client(), place, 'also none');
    expect(posting).toEqual({
      state: 'refused',
      forbidden: false,
      warning: expect.stringContaining('marker') as unknown,
    });
  });
});

describe('what GitHub refuses', () => {
  const soon = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);
  const faults: [string, string, Fault, RegExp][] = [
    [
      'a bad token',
      'issues/list-comments',
      { status: 401 },
      /does not accept the token \(401\)\. Give `github-token`/u,
    ],
    [
      '403',
      'issues/create-comment',
      { status: 403 },
      /\(403\)\. Give the job `permissions: pull-requests: write`.*forks/u,
    ],
    ['404', 'issues/list-comments', { status: 404 }, /\(404\)\. Give the job `permissions/u],
    [
      '422',
      'issues/create-comment',
      { status: 422, message: 'Validation Failed' },
      /422: Validation Failed.*may be locked/u,
    ],
    ['500', 'issues/create-comment', { status: 500 }, /\(500\)\. Run the job again later/u],
    ['502 with a page', 'issues/list-comments', { status: 502 }, /\(502\)/u],
    ['a broken connection', 'issues/create-comment', { drop: true }, /GitHub failed/u],
    [
      'a rate limit for the next hour',
      'issues/list-comments',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': soon(3600) } },
      /rate limit is used up\. Run the job again later/u,
    ],
    [
      'a secondary rate limit for a minute',
      'issues/create-comment',
      { status: 403, message: 'You have exceeded a secondary rate limit', headers: { 'retry-after': '60' } },
      /rate limit is used up/u,
    ],
    ['429', 'issues/create-comment', { status: 429 }, /rate limit is used up/u],
  ];

  it.each(faults)('%s becomes a warning with a remedy', async (_, operationId, fault, warning) => {
    fake.faults.set(operationId, fault);
    const posting = await postSticky(client(), place, body);
    expect(posting).toMatchObject({ state: 'refused', warning: expect.stringMatching(warning) as unknown });
    expect(JSON.stringify(posting)).not.toContain(token);
    expect(fake.called(operationId)).toBeLessThanOrEqual(3);
  });

  it.each<[string, Fault]>([
    ['a fault', { status: 503, times: 1 }],
    ['a broken connection', { drop: true, times: 1 }],
    [
      'a short secondary limit',
      { status: 403, message: 'secondary rate limit', headers: { 'retry-after': '2' }, times: 1 },
    ],
  ])('%s that passes is tried again', async (_, fault) => {
    fake.faults.set('issues/list-comments', fault);
    expect(await postSticky(client(), place, body)).toMatchObject({ state: 'created' });
  });

  it('also holds for a new comment', async () => {
    fake.faults.set('issues/create-comment', { status: 403, times: 1 });
    await expect(createComment(client(), place, body)).rejects.toThrow();
    expect(await createComment(client(), place, body)).toMatchObject({ state: 'created' });
  });

  it('ends with the run', async () => {
    const abort = new AbortController();
    const github = createClient({
      token,
      apiUrl: fake.url,
      log: () => undefined,
      unit: 1,
      signal: abort.signal,
    });
    abort.abort();
    expect(await postSticky(github, place, body)).toMatchObject({ state: 'refused' });
  });
});
