import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSigned, readHeaders } from '../../src/bot/webhook.js';
import { examples, signature } from '../fixtures/bot/webhooks.js';

const secret = 'It’s a Secret to Everybody';
const headers = {
  'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  'x-github-event': 'pull_request',
  'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
  'content-type': 'application/json',
};

describe('isSigned', () => {
  it('knows the example of GitHub’s documentation', () => {
    const documented = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(isSigned(Buffer.from('Hello, World!'), documented, ["It's a Secret to Everybody"])).toBe(true);
  });

  it('takes the bytes as they came, and either secret', () => {
    for (const payload of examples('pull_request')) {
      const body = Buffer.from(JSON.stringify(payload, null, 1));
      const signed = signature(body, secret);
      expect(isSigned(body, signed, ['another secret', secret])).toBe(true);
      expect(isSigned(Buffer.from(JSON.stringify(payload)), signed, [secret])).toBe(false);
    }
  });

  it('refuses every other secret, signature and body', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (body, at, flip) => {
          const signed = signature(body, secret);
          const other = body.slice();
          other[at % body.length] ^= flip;
          return (
            isSigned(body, signed, [secret]) &&
            !isSigned(other, signed, [secret]) &&
            !isSigned(body, signed, ['another secret']) &&
            !isSigned(body, signed, [])
          );
        },
      ),
    );
    const body = Buffer.from('{}');
    const right = signature(body, secret);
    for (const wrong of [
      '',
      'sha256=',
      right.slice(7),
      right.slice(0, -1),
      `${right}0`,
      right.toUpperCase(),
      right.replace('sha256', 'sha1'),
    ])
      expect(isSigned(body, wrong, [secret])).toBe(false);
  });
});

describe('readHeaders', () => {
  it('gives delivery and event', () => {
    expect(readHeaders(headers)).toEqual({ delivery: headers['x-github-delivery'], event: 'pull_request' });
  });

  it.each([
    ['x-github-delivery', undefined, 400],
    ['x-github-delivery', 'a b', 400],
    ['x-github-delivery', 'a'.repeat(101), 400],
    ['x-github-event', undefined, 400],
    ['x-github-event', '../etc', 400],
    ['x-hub-signature-256', undefined, 401],
    ['content-type', 'application/x-www-form-urlencoded', 415],
  ])('refuses %s %s with %i', (name, value, status) => {
    expect(readHeaders({ ...headers, [name]: value })).toMatchObject({ status });
  });
});
