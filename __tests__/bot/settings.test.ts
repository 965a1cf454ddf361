import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '../../src/bot/settings.js';
import { InputError } from '../../src/problem.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const folder = mkdtempSync(join(tmpdir(), 'headstart-bot-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = '0123456789abcdef0123';
const whole = { APP_ID: '12', PRIVATE_KEY: pkcs1, WEBHOOK_SECRET: secret };

function problemsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    return (error as InputError).problems.map(({ file }) => file);
  }
}

describe('readSettings', () => {
  it('takes id, key and secret, and defaults for the rest', () => {
    expect(readSettings(whole)).toEqual({
      mode: 'serve',
      server: {
        host: '127.0.0.1',
        port: 3000,
        database: 'headstart-bot.db',
        apiUrl: 'https://api.github.com',
        serverUrl: 'https://github.com',
      },
      identity: {
        appId: 12,
        // The one form that signs tokens everywhere; GitHub gives the other.
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        secrets: [secret],
        workflow: 'headstart-app.yml',
        central: null,
      },
    });
  });

  it('takes the key from a file, or from one line', () => {
    writeFileSync(join(folder, 'key.pem'), pkcs1);
    const byPath = readSettings({ ...whole, PRIVATE_KEY: '', PRIVATE_KEY_PATH: join(folder, 'key.pem') });
    const byLine = readSettings({ ...whole, PRIVATE_KEY: pkcs1.replaceAll('\n', '\\n') });
    expect(byPath).toEqual(readSettings(whole));
    expect(byLine).toEqual(readSettings(whole));
  });

  it('takes the previous secret, a central repository and another GitHub', () => {
    const settings = readSettings({
      ...whole,
      WEBHOOK_SECRET_PREVIOUS: `${secret}0`,
      CENTRAL_REPOSITORY: 'octo-org/probes',
      GITHUB_API_URL: 'https://ghe.example.com/api/v3/',
      WORKFLOW: 'probe.yaml',
    });
    expect(settings).toMatchObject({
      server: { apiUrl: 'https://ghe.example.com/api/v3' },
      identity: {
        secrets: [secret, `${secret}0`],
        central: { owner: 'octo-org', repo: 'probes' },
        workflow: 'probe.yaml',
      },
    });
  });

  it('names everything that is wrong at once, and shows none of it', () => {
    const wrong = {
      APP_ID: '-1',
      PRIVATE_KEY: 'not a key of mine',
      WEBHOOK_SECRET: 'hunter2',
      WEBHOOK_SECRET_PREVIOUS: 'hunter1',
      PORT: '70000',
      GITHUB_API_URL: 'ftp://example.com',
      WORKFLOW: '../headstart.yml',
      CENTRAL_REPOSITORY: 'probes',
    };
    expect(problemsOf(wrong).sort()).toEqual(Object.keys(wrong).sort());
    expect(() => readSettings(wrong)).toThrow(InputError);
    expect(() => readSettings(wrong)).not.toThrow(/hunter|not a key of mine/u);
    expect(problemsOf({ ...whole, PRIVATE_KEY: '' })).toEqual(['PRIVATE_KEY']);
    expect(problemsOf({ ...whole, PRIVATE_KEY: '', PRIVATE_KEY_PATH: join(folder, 'none') })).toEqual([
      'PRIVATE_KEY_PATH',
    ]);
  });

  it('offers to make an app where none is named, and wants to know where it will be', () => {
    expect(readSettings({ PUBLIC_URL: 'https://bot.example.com/' })).toMatchObject({
      mode: 'set up',
      publicUrl: 'https://bot.example.com',
    });
    expect(problemsOf({})).toEqual(['APP_ID, PRIVATE_KEY_PATH, WEBHOOK_SECRET']);
  });
});
