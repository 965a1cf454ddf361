/**
 * The part bot: 200 webhooks a second for 30 seconds, GitHub's own payloads with an id of their own each, to a server
 * on one core. Every tenth comes twice. In the end the server is killed, and what it accepted is counted in its file.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, existsSync } from 'node:fs';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from './numbers.mjs';

const PER_SECOND = 200;
const SECONDS = 30;
const secret = 'a secret of the bench, long enough';
const root = fileURLToPath(new URL('..', import.meta.url));
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples');

export async function bot() {
  const node = [process.execPath, process.env.HEADSTART_NODE24].find(hasSqlite);
  if (node === undefined) return '## The bot\n\nLeft out: no Node with SQLite; HEADSTART_NODE24 names none.';
  const folder = mkdtempSync(join(tmpdir(), 'headstart-bot-'));
  const github = createServer((_, response) => response.writeHead(502).end('{}'));
  await new Promise((resolve) => github.listen(0, '127.0.0.1', resolve));
  try {
    return await measure(node, folder, `http://127.0.0.1:${github.address().port}`);
  } finally {
    github.closeAllConnections();
    github.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(node, folder, apiUrl) {
  const oneCore = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '0'] : [];
  const { server, url } = await started([...oneCore, node, join(root, 'build', 'bot.js')], folder, apiUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latencies = [];
  const answers = new Map();
  const accepted = new Set();
  const sends = [];
  const begin = performance.now();
  for (let index = 0; index < PER_SECOND * SECONDS; index++) {
    const late = begin + (1000 * index) / PER_SECOND - performance.now();
    if (late > 0) await sleep(late);
    const { event, body, delivery } = webhook(index);
    sends.push(
      post(url, agent, event, delivery, body).then(({ status, milliseconds }) => {
        answers.set(status, (answers.get(status) ?? 0) + 1);
        latencies.push(milliseconds);
        if (status === 202) accepted.add(delivery);
      }),
    );
  }
  await Promise.all(sends);
  const seconds = (performance.now() - begin) / 1000;
  const processor = cpuSeconds(server.pid);
  server.kill('SIGKILL');
  await new Promise((resolve) => server.once('close', resolve));
  agent.destroy();
  const kept = new Set(keptIn(node, join(folder, 'headstart-bot.db')));
  const lost = [...accepted].filter((delivery) => !kept.has(delivery)).length;
  latencies.sort((a, b) => a - b);
  const at = (share) =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))].toFixed(0);
  const twice = sends.length - accepted.size;
  return `## The bot

${PER_SECOND} webhooks a second for ${SECONDS} s on ${oneCore.length > 0 ? 'one core' : 'as many cores as it takes'}, each on the disk before it is answered; then \`kill -9\`, and the accepted ones counted in the file. Payloads are GitHub's own, of the events that the bot works for. GitHub itself answers 502 to everything here, so jobs are tried and put back meanwhile.

| | |
| :-- | --: |
| sent in ${seconds.toFixed(1)} s | ${sends.length} |
| accepted (202) | ${answers.get(202) ?? 0} |
| duplicates among them, answered 200 and kept once | ${answers.get(200) ?? 0} of ${twice} |
| any other answer | ${sends.length - (answers.get(202) ?? 0) - (answers.get(200) ?? 0)} |
| accepted, and lost | ${lost} |
| latency, median / 99 % / longest | ${median(latencies).toFixed(0)} / ${at(0.99)} / ${at(1)} ms |
| processor time of the server | ${processor.toFixed(1)} s |`;
}

/** Pull requests and commands in 100 repositories of 20 installations; every tenth has the id of the one before. */
function webhook(index) {
  const event = index % 4 === 3 ? 'issue_comment' : 'pull_request';
  const action = event === 'issue_comment' ? 'created' : 'opened';
  const found = examples
    .find(({ name }) => name === event)
    .examples.filter((example) => example.action === action);
  const payload = JSON.parse(JSON.stringify(found[index % found.length]));
  payload.installation = { id: 1 + (index % 20) };
  payload.repository.full_name = `octo-org/shapes-${index % 100}`;
  if (event === 'pull_request') {
    Object.assign(payload.pull_request, { number: index + 1, updated_at: new Date().toISOString() });
  } else {
    payload.issue.pull_request = {};
    Object.assign(payload.comment, {
      id: index + 1,
      body: '/headstart probe',
      created_at: new Date().toISOString(),
    });
  }
  const number = index % 10 === 9 ? index - 1 : index;
  return { event, body: JSON.stringify(payload), delivery: `${run}-${number}` };
}
const run = randomUUID();

function post(url, agent, event, delivery, body) {
  const begin = performance.now();
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-github-delivery': delivery,
    'x-github-event': event,
    'x-hub-signature-256': `sha256=${signature}`,
  };
  return new Promise((resolve) => {
    const done = (status) => resolve({ status, milliseconds: performance.now() - begin });
    const request = httpRequest(`${url}/webhooks`, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.once('end', () => done(response.statusCode));
    });
    request.once('error', () => done(0));
    request.end(body);
  });
}

function started([program, ...words], cwd, apiUrl) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const env = {
    PATH: process.env.PATH,
    APP_ID: '1',
    PRIVATE_KEY: key,
    WEBHOOK_SECRET: secret,
    PORT: '0',
    GITHUB_API_URL: apiUrl,
  };
  const server = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let log = '';
    server.once('close', (code) => reject(new Error(`the bot ended with ${code}`)));
    server.stdout.on('data', (chunk) => {
      if (log.length < 10_000) log += chunk;
      const port = /"port":(\d+)/.exec(log)?.[1];
      if (port !== undefined) resolve({ server, url: `http://127.0.0.1:${port}` });
    });
  });
}

function keptIn(node, file) {
  const program = `const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const rows = new DatabaseSync(process.argv[1]).prepare('SELECT delivery FROM jobs').all();
    console.log(JSON.stringify(rows.map(({ delivery }) => delivery)));`;
  const output = execFileSync(node, ['--no-warnings', '-e', program, file], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(output.toString());
}

function cpuSeconds(pid) {
  try {
    const words = execFileSync('ps', ['-o', 'cputimes=', '-p', String(pid)]).toString();
    return Number(words.trim());
  } catch {
    return NaN;
  }
}

function hasSqlite(node) {
  if (node === undefined) return false;
  try {
    const asked = 'process.exitCode = process.getBuiltinModule?.("node:sqlite") === undefined ? 1 : 0';
    execFileSync(node, ['--no-warnings', '-e', asked], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
