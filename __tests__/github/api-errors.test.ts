import { describe, expect, it } from '@jest/globals';
import { RequestError } from 'octokit';
import { classifyFailure } from '../../src/github/api-errors.js';
import { InputError } from '../../src/problem.js';

const now = 1_700_000_000_000;

function answered(status: number, headers: Record<string, string> = {}, message = 'Refused'): RequestError {
  const request = { method: 'GET' as const, url: 'https://api.github.com/', headers: {} };
  return new RequestError(message, status, {
    request,
    response: { status, url: '', headers, data: {} },
  });
}

describe('classifyFailure', () => {
  it.each([
    [
      'the primary limit',
      answered(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000090' }),
      91,
    ],
    ['a secondary limit with a time', answered(403, { 'retry-after': '30' }), 30],
    ['a secondary limit without one', answered(403, {}, 'You have exceeded a secondary rate limit'), 60],
    ['too many requests', answered(429), 60],
    [
      'a reset in the past',
      answered(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1600000000' }),
      1,
    ],
    ['a wait of a day', answered(429, { 'retry-after': '86400' }), 3600],
  ])('waits for %s', (_, error, seconds) => {
    expect(classifyFailure(error, now)).toMatchObject({ kind: 'rateLimited', until: now + 1000 * seconds });
  });

  it.each([
    ['a fault of GitHub', answered(502), 'transient'],
    ['a broken connection', new TypeError('fetch failed'), 'transient'],
    ['a right that is missing', answered(403, { 'x-ratelimit-remaining': '4999' }), 'permanent'],
    ['what is not there', answered(404), 'permanent'],
    ['what GitHub rejects', answered(422), 'permanent'],
    ['what somebody wrote wrongly', new InputError([{ file: 'a', message: 'It is wrong.' }]), 'permanent'],
  ])('tells %s from the others', (_, error, kind) => {
    expect(classifyFailure(error, now)).toMatchObject({ kind });
  });
});
