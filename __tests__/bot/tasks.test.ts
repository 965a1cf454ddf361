import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Decision, decide, MAX_EVENT_AGE_MS } from '../../src/bot/tasks.js';
import {
  changed,
  type Changes,
  checkAgain,
  comment,
  eventNames,
  examples,
  installation,
  type Payload,
  pullRequest,
  suiteAgain,
  workflowRun,
} from '../fixtures/bot/webhooks.js';

const workflow = 'headstart-app.yml';
const request = '6f1c2c9e-4b1d-4c7a-9d0e-0a1b2c3d4e5f';
const where = { repository: { owner: 'octo-org', repo: 'shapes' }, installation };

/** As if the payload had just come. */
function decided(event: string, payload: unknown, now = Date.now()): Decision {
  return decide(event, payload, { workflow, now });
}

/** The time at which GitHub's own payload was sent. */
function timeOf(payload: Payload): number {
  const { updated_at, created_at } = (payload['pull_request'] ?? payload['comment'] ?? {}) as Record<
    string,
    string | undefined
  >;
  return Date.parse(updated_at ?? created_at ?? '2021-01-01T00:00:00Z');
}

/** GitHub's payloads, sent at their time by an installation: most of them lack one. */
const sent = (event: string, action?: string, changes: Changes = {}): Decision[] =>
  examples(event, action).map((payload) =>
    decided(event, changed(payload, { 'installation.id': 5, ...changes }), timeOf(payload)),
  );

describe('decide, on every payload that GitHub publishes', () => {
  it.each(['opened', 'reopened', 'synchronize', 'ready_for_review'])(
    'measures a pull request that was %s',
    (action) => {
      const decisions = sent('pull_request', action);
      expect(decisions.length).toBeGreaterThan(0);
      for (const [index, decision] of decisions.entries()) {
        const { head } = examples('pull_request', action)[index]['pull_request'] as { head: { sha: string } };
        const repository = { owner: 'Codertocat', repo: 'Hello-World' };
        expect(decision).toEqual({
          do: { kind: 'measure', repository, installation: 5, number: 2, headSha: head.sha, forkOf: null },
        });
      }
    },
  );

  it('reads commands in comments on pull requests', () => {
    const changes = { 'issue.pull_request': {}, 'comment.body': '/headstart probe budget=1m\r\nThanks' };
    const decisions = sent('issue_comment', 'created', changes);
    expect(decisions).toHaveLength(5);
    for (const decision of decisions) {
      expect(decision).toMatchObject({ do: { kind: 'command', line: '/headstart probe budget=1m' } });
    }
  });

  it('measures again when a check run of ours is asked for again', () => {
    for (const decision of sent('check_run', 'rerequested', { 'check_run.external_id': request })) {
      expect(decision).toMatchObject({ do: { kind: 'measure again', checkRunId: 4, request } });
    }
  });

  it('measures again when all checks of a commit are asked for again', () => {
    const decisions = sent('check_suite', 'rerequested');
    expect(decisions).toHaveLength(2);
    for (const decision of decisions) {
      expect(decision).toMatchObject({
        do: {
          kind: 'measure all again',
          checkSuiteId: 118578147,
          headSha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
          asked: '2019-05-15T15:21:14Z',
        },
      });
    }
  });

  it.each([
    ['completed', 'post results'],
    ['in_progress', 'note start'],
  ])('takes a run of ours that is %s', (action, kind) => {
    const decisions = sent('workflow_run', 'completed', {
      action,
      'workflow_run.event': 'workflow_dispatch',
      'workflow_run.path': `.github/workflows/${workflow}@main`,
      'workflow_run.display_title': `Headstart for #2: ${request}`,
      'workflow_run.conclusion': action === 'completed' ? 'success' : null,
    });
    expect(decisions).toHaveLength(3);
    for (const decision of decisions) expect(decision).toMatchObject({ do: { kind, request } });
  });

  it('leaves an installation that is deleted, and waits for one that is suspended', () => {
    for (const decision of sent('installation', 'deleted'))
      expect(decision).toMatchObject({ do: { kind: 'leave' } });
    for (const decision of sent('installation', 'suspend')) expect(decision).toHaveProperty('ignore');
  });

  it('does nothing for any other payload of any event', () => {
    const acted = eventNames.flatMap((event) =>
      examples(event).flatMap((payload) => {
        const decision = decided(event, changed(payload, { 'installation.id': 5 }), timeOf(payload));
        return 'do' in decision ? [`${event}.${String(payload['action'])} ${decision.do.kind}`] : [];
      }),
    );
    expect([...new Set(acted)].sort()).toEqual([
      'check_suite.rerequested measure all again',
      'installation.deleted leave',
      'pull_request.opened measure',
      'pull_request.ready_for_review measure',
      'pull_request.reopened measure',
      'pull_request.synchronize measure',
    ]);
    for (const payload of examples('ping')) expect(decided('ping', payload)).toHaveProperty('ignore');
  });
});

describe('decide', () => {
  it('acts for installations alone', () => {
    expect(decided('pull_request', pullRequest({ installation: undefined }))).toEqual({
      ignore: expect.stringContaining('installation') as unknown,
    });
  });

  it.each<[string, Changes]>([
    ['closed', { 'pull_request.state': 'closed' }],
    ['a draft', { 'pull_request.draft': true }],
    ['of another action', { action: 'edited' }],
    ['without a commit', { 'pull_request.head.sha': '$(reboot)' }],
    ['without a number', { 'pull_request.number': '7' }],
    ['in no repository', { 'repository.full_name': '../../etc' }],
    ['a fork of somebody new', { 'pull_request.head.repo.id': 8, 'pull_request.author_association': 'NONE' }],
    [
      'older than a week',
      { 'pull_request.updated_at': new Date(Date.now() - MAX_EVENT_AGE_MS - 1000).toISOString() },
    ],
    ['of no date', { 'pull_request.updated_at': null }],
  ])('leaves a pull request alone that is %s', (_, changes) => {
    expect(decided('pull_request', pullRequest())).toHaveProperty('do');
    expect(decided('pull_request', pullRequest(changes))).toHaveProperty('ignore');
  });

  it.each(['OWNER', 'MEMBER', 'COLLABORATOR'])(
    'may measure the fork of %s, once GitHub says that they may write',
    (by) => {
      const fork = {
        'pull_request.head.repo.id': 8,
        'pull_request.author_association': by,
        'pull_request.user.login': 'octocat',
      };
      expect(decided('pull_request', pullRequest(fork))).toMatchObject({
        do: { kind: 'measure', forkOf: 'octocat' },
      });
      const gone = { ...fork, 'pull_request.head.repo': null };
      expect(decided('pull_request', pullRequest(gone))).toMatchObject({ do: { forkOf: 'octocat' } });
      const nameless = { ...fork, 'pull_request.user': null };
      expect(decided('pull_request', pullRequest(nameless))).toHaveProperty('ignore');
    },
  );

  it.each(['CONTRIBUTOR', 'FIRST_TIME_CONTRIBUTOR', 'FIRST_TIMER', 'MANNEQUIN', 'NONE', 'owner', null])(
    'waits for a command at the fork of %s',
    (by) => {
      const fork = { 'pull_request.head.repo.id': 8, 'pull_request.author_association': by };
      expect(decided('pull_request', pullRequest(fork))).toHaveProperty('ignore');
    },
  );

  it.each<[string, Changes]>([
    ['requested', { action: 'requested' }],
    ['that has no date', { 'check_suite.updated_at': null }],
    ['without a commit', { 'check_suite.head_sha': 'main' }],
    ['without an id', { 'check_suite.id': '4' }],
  ])('leaves a check suite alone %s', (_, changes) => {
    const sha = 'a'.repeat(40);
    expect(decided('check_suite', suiteAgain(4, sha))).toHaveProperty('do');
    expect(decided('check_suite', suiteAgain(4, sha, changes))).toHaveProperty('ignore');
  });

  it.each<[string, Payload]>([
    ['on an issue', comment('/headstart probe', { 'issue.pull_request': undefined })],
    ['by a bot', comment('/headstart probe', { 'comment.user.type': 'Bot' })],
    ['that was edited', comment('/headstart probe', { action: 'edited' })],
    ['that is no command', comment('Nice. /headstart probe')],
    ['of last month', comment('/headstart probe', { 'comment.created_at': '2020-01-01T00:00:00Z' })],
  ])('leaves a comment alone %s', (_, payload) => {
    expect(decided('issue_comment', comment('/headstart probe'))).toEqual({
      do: {
        kind: 'command',
        ...where,
        number: 7,
        commentId: 900,
        sender: 'octocat',
        line: '/headstart probe',
      },
    });
    expect(decided('issue_comment', payload)).toHaveProperty('ignore');
  });

  it('knows its check runs by their request', () => {
    expect(decided('check_run', checkAgain(4, request))).toHaveProperty('do');
    expect(decided('check_run', checkAgain(4, ''))).toHaveProperty('ignore');
    expect(decided('check_run', checkAgain(4, `${request}x`))).toHaveProperty('ignore');
  });

  it.each<[string, Changes]>([
    ['of a pull request', { 'workflow_run.event': 'pull_request' }],
    ['of another file', { 'workflow.path': '.github/workflows/other.yml' }],
    ['of a file elsewhere', { 'workflow.path': 'vendor/.github/workflows/headstart-app.yml' }],
    ['of no request', { 'workflow_run.display_title': 'Headstart for #7' }],
    ['that goes on after the request', { 'workflow_run.display_title': `${request} and more` }],
    ['that has not ended', { 'workflow_run.conclusion': null }],
  ])('takes no run %s', (_, changes) => {
    expect(decided('workflow_run', workflowRun(request))).toHaveProperty('do');
    expect(decided('workflow_run', workflowRun(request, changes))).toHaveProperty('ignore');
  });

  it('never throws, and does nothing, for what is no payload', () => {
    const events = fc.constantFrom(
      'pull_request',
      'issue_comment',
      'check_run',
      'check_suite',
      'workflow_run',
      'installation',
      'constructor',
    );
    fc.assert(
      fc.property(events, fc.jsonValue(), (event, value) => {
        const payload = {
          installation: { id: 5 },
          repository: { full_name: 'a/b' },
          action: value,
          workflow_run: value,
        };
        return 'ignore' in decided(event, payload) && 'ignore' in decided(event, value);
      }),
    );
  });
});
