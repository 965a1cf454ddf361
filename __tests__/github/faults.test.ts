import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createClient } from '../../src/github/client.js';
import { type Conversation, type Posting, postSticky } from '../../src/github/comments/comment.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { randomFaults, scattered } from '../fixtures/github/faults.js';

const place: Conversation = { owner: 'octo-org', repo: 'shapes', number: 7 };
const marker = '<!-- headstart:report key=default schema=1 -->';
const logins = ['octocat', 'my-app[bot]', 'github-actions[bot]'];
/** Sequences under way at the same moment: the client waits seconds between two writes, and these pass together. */
const together = 250;

/** One pull request with its comments, and what goes wrong there. */
interface Scene {
  fake: FakeGitHub;
  /** Of other people, before any run. */
  others: string;
  post: (text: string) => Promise<Posting>;
}

/** Comments over up to three pages, among them two of ours at times. */
async function scene(seed: number): Promise<Scene> {
  const random = scattered(seed + 10_000);
  const fake = await FakeGitHub.start();
  fake.account = logins[random.index(3)];
  const many = [0, 3, 120, 230][random.index(4)];
  for (let index = 0; index < many; index++) {
    fake.addComment(index % 7 === 0 ? `${marker}\n\nof somebody else` : `comment ${index}`, 'mona');
  }
  if (many > 0) fake.comments[0].user = null;
  const others = JSON.stringify(fake.comments);
  for (let old = random.index(3); old > 0; old--) fake.addComment(`${marker}\n\nold`, fake.account);
  return {
    fake,
    others,
    post: (text) =>
      postSticky(
        createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 }),
        place,
        `${marker}\n\n${text}`,
      ),
  };
}

const ours = ({ fake }: Scene) =>
  fake.comments.filter(({ body, user }) => user?.login === fake.account && body.startsWith(marker));

/** What must hold after a run in which nothing went wrong. */
async function expectOne(at: Scene, text: string): Promise<void> {
  const posting = await at.post(text);
  expect(posting.state).not.toBe('refused');
  expect(ours(at).map(({ id, body }) => ({ id, body }))).toEqual([
    { id: (posting as { id: number }).id, body: `${marker}\n\n${text}` },
  ]);
  const foreign = at.fake.comments.filter((comment) => !ours(at).includes(comment));
  expect(JSON.stringify(foreign)).toBe(at.others);
  expect(at.fake.violations).toEqual([]);
}

/** Runs a sequence for each seed, many at a time. */
async function forEachSeed(
  count: number,
  sequence: (seed: number, at: Scene) => Promise<void>,
): Promise<void> {
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  while (seeds.length > 0) {
    await Promise.all(
      seeds.splice(0, together).map(async (seed) => {
        const at = await scene(seed);
        try {
          await sequence(seed, at);
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
        } finally {
          await at.fake.stop();
        }
      }),
    );
  }
}

describe('postSticky when GitHub fails at random', () => {
  it('never throws, and the next good run leaves one comment with the newest text', async () => {
    const seen = { refused: 0, done: 0 };
    await forEachSeed(500, async (seed, at) => {
      at.fake.chance = randomFaults({ seed, share: [0.1, 0.4, 0.8][seed % 3], most: 2 });
      const { state } = await at.post('while it failed');
      seen[state === 'refused' ? 'refused' : 'done'] += 1;
      at.fake.chance = () => null;
      await expectOne(at, 'newest');
    });
    // Both ends are reached often, or the faults would show little.
    expect(seen.refused).toBeGreaterThan(50);
    expect(seen.done).toBeGreaterThan(50);
  });

  it('gives the oldest its text before it removes others, and removes none when it cannot', async () => {
    const at = await scene(0);
    for (const text of ['a', 'b']) at.fake.addComment(`${marker}\n\n${text}`, at.fake.account);
    const before = structuredClone(at.fake.comments);
    at.fake.faults.set('issues/update-comment', { status: 503 });
    expect((await at.post('text')).state).toBe('refused');
    expect(at.fake.comments).toEqual(before);
    at.fake.faults.clear();
    at.fake.faults.set('issues/delete-comment', { status: 500 });
    expect(await at.post('text')).toMatchObject({ state: 'updated', id: ours(at)[0].id });
    expect(ours(at)[0].body).toBe(`${marker}\n\ntext`);
    await at.fake.stop();
  });

  it('never writes a second comment because the answer to the first was lost', async () => {
    await forEachSeed(20, async (_, at) => {
      const before = ours(at).length;
      at.fake.faults.set('issues/create-comment', { lost: true });
      expect((await at.post('text')).state).not.toBe('refused');
      expect(at.fake.called('issues/create-comment')).toBe(before === 0 ? 1 : 0);
      expect(ours(at)).toHaveLength(1);
    });
  });
});

describe('answers that make no sense', () => {
  const nonsense = ['', 'null', '{}', '[null]', '[{"id": 1}]', '"text"', '{"id": 1', '<html>502</html>'];

  it('a list of comments leads to no second comment', async () => {
    await forEachSeed(40, async (seed, at) => {
      const malformed = nonsense[seed % nonsense.length];
      const before = structuredClone(at.fake.comments);
      at.fake.faults.set('issues/list-comments', { malformed });
      expect(await at.post('text')).toMatchObject({
        state: 'refused',
        warning: expect.stringMatching(/Unexpected response.*Run the job again later/u) as unknown,
      });
      expect(at.fake.comments).toEqual(before);
    });
  });

  it('an account is nobody, not whoever has deleted theirs', async () => {
    await forEachSeed(40, async (seed, at) => {
      const malformed = nonsense[seed % nonsense.length];
      at.fake.account = 'octocat';
      const before = structuredClone(at.fake.comments);
      at.fake.faults.set('graphql', { malformed });
      expect((await at.post('text')).state).toBe('refused');
      expect(at.fake.comments).toEqual(before);
    });
  });

  it('a new comment is looked for, and found', async () => {
    await forEachSeed(40, async (seed, at) => {
      const malformed = nonsense[seed % nonsense.length];
      at.fake.faults.set('issues/create-comment', { malformed });
      expect((await at.post('text')).state).not.toBe('refused');
      expect(at.fake.called('issues/create-comment')).toBeLessThanOrEqual(1);
      expect(ours(at)).toHaveLength(1);
    });
  });
});

describe('runs at the same moment', () => {
  it.each([2, 3])('%i of them leave one comment', async (runs) => {
    await forEachSeed(60, async (seed, at) => {
      const random = scattered(seed);
      at.fake.chance = () => ({ slow: Math.ceil(10 * random.uniform()) });
      const texts = Array.from({ length: runs }, (_, run) => `of run ${run}`);
      const postings = await Promise.all(
        texts.map(async (text) => {
          await setTimeout(10 * random.uniform());
          return at.post(text);
        }),
      );
      expect(postings.filter(({ state }) => state === 'refused')).toEqual([]);
      expect(ours(at)).toHaveLength(1);
      expect(texts).toContain(ours(at)[0].body.split('\n').at(-1));
      at.fake.chance = () => null;
      await expectOne(at, 'newest');
    });
  });

  it.each([2, 3])('%i of them with faults leave one comment for the next good run', async (runs) => {
    await forEachSeed(60, async (seed, at) => {
      at.fake.chance = randomFaults({ seed, share: 0.3, most: 2 });
      await Promise.all(Array.from({ length: runs }, (_, run) => at.post(`of run ${run}`)));
      at.fake.chance = () => null;
      await expectOne(at, 'newest');
    });
  });
});
