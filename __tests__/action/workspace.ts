import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The entries that are there: compiled by `npm test`, bundled by `npm run build`. */
export const entries = ['build/action.js', 'dist/index.js'].filter((entry) => existsSync(fromRoot(entry)));

export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** A checkout on a runner, with everything that GitHub gives a step. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'headstart-action-'));
  /** Beside the checkout, as on a runner. */
  readonly runner = mkdtempSync(join(tmpdir(), 'headstart-runner-'));

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.runner, { recursive: true, force: true });
    rmSync(`${this.folder}-full`, { recursive: true, force: true });
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(join(this.folder, path, '..'), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  move(from: string, to: string): void {
    renameSync(join(this.folder, from), join(this.folder, to));
  }

  /** Class folders with images of 16 pixels: a bright bar at a place of the class on noise. */
  writeImages(folder: string, classes: readonly string[], perClass: number): void {
    const random = xoroshiro128plus(7);
    for (const [index, name] of classes.entries()) {
      for (let image = 0; image < perClass; image++) {
        const data = new Uint8Array(16 * 16 * 3).map((_, at) => {
          const bar = Math.floor(at / 48) >> 2 === index ? 140 : 0;
          return bar + (random.next() & 63);
        });
        this.write(`${folder}/${name}/${image}.png`, encode({ width: 16, height: 16, channels: 3, data }));
      }
    }
  }

  commit(): string {
    this.#git(this.folder, 'init', '--quiet');
    this.#git(this.folder, 'add', '--all', '.');
    this.#git(this.folder, 'commit', '--quiet', '--message', 'Change the images');
    return this.#git(this.folder, 'rev-parse', 'HEAD');
  }

  #git(folder: string, ...words: string[]): string {
    return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  }

  /** Git finds the repositories of GitHub in a folder beside the checkout: no test asks the network. */
  #gitConfig(): string {
    const file = join(this.runner, 'gitconfig');
    const remote = `file://${join(this.runner, 'remote')}/`;
    writeFileSync(file, `[url "${remote}"]\n  insteadOf = https://github.com/\n`);
    return file;
  }

  /** A shallow clone of this checkout's history with a merge of two commits checked out, as `actions/checkout` leaves it. */
  checkOutMerge(base: string, head: string): void {
    const remote = join(this.runner, 'remote', 'octo-org', 'shapes');
    rmSync(remote, { recursive: true, force: true });
    mkdirSync(dirname(remote), { recursive: true });
    const full = `${this.folder}-full`;
    if (!existsSync(full)) cpSync(this.folder, full, { recursive: true });
    const tree = this.#git(full, 'rev-parse', `${head}^{tree}`);
    const merge = this.#git(
      full,
      'commit-tree',
      tree,
      '-p',
      base,
      ...(head === base ? [] : ['-p', head]),
      '-m',
      'Merge',
    );
    this.#git(full, 'branch', '--force', 'merge', merge);
    this.#git(full, 'clone', '--quiet', '--bare', full, remote);
    rmSync(this.folder, { recursive: true });
    this.#git(full, 'clone', '--quiet', '--depth=1', '--branch=merge', `file://${remote}`, this.folder);
    this.#git(this.folder, 'remote', 'set-url', 'origin', 'https://github.com/octo-org/shapes');
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Runs the action as a step; `stopAfter` ends it as a cancelled job does, once that was logged. */
  async run(entry: string, step: Step): Promise<Finished> {
    for (const file of ['summary', 'output']) writeFileSync(join(this.runner, file), '');
    writeFileSync(join(this.runner, 'event.json'), JSON.stringify(step.event));
    const inputs: [string, string][] = Object.entries(step.inputs ?? {}).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ]);
    const child = spawn(process.execPath, [fromRoot(entry)], {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'],
        GITHUB_ACTIONS: 'true',
        GITHUB_API_URL: step.apiUrl,
        GITHUB_SERVER_URL: 'https://github.com',
        // That address is for links alone: git asks nobody.
        GIT_ALLOW_PROTOCOL: 'file',
        GITHUB_REPOSITORY: 'octo-org/shapes',
        GITHUB_RUN_ID: '42',
        GITHUB_WORKFLOW: step.workflow ?? 'headstart',
        GITHUB_EVENT_NAME: step.eventName,
        GITHUB_EVENT_PATH: join(this.runner, 'event.json'),
        GITHUB_STEP_SUMMARY: join(this.runner, 'summary'),
        GITHUB_OUTPUT: join(this.runner, 'output'),
        GIT_CONFIG_GLOBAL: this.#gitConfig(),
        ...step.environment,
        ...Object.fromEntries(inputs),
      },
    });
    let log = '';
    const listen = (chunk: Buffer): void => {
      log += chunk.toString('utf8');
      if (!child.killed && step.stopAfter?.test(log)) child.kill('SIGTERM');
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return {
      code,
      log,
      summary: readFileSync(join(this.runner, 'summary'), 'utf8'),
      outputs: outputsOf(readFileSync(join(this.runner, 'output'), 'utf8')),
    };
  }
}

export interface Step {
  apiUrl: string;
  eventName: string;
  event: unknown;
  inputs?: Record<string, string>;
  /** Name of the workflow. */
  workflow?: string;
  environment?: Record<string, string>;
  stopAfter?: RegExp;
}

export interface Finished {
  code: number | null;
  log: string;
  summary: string;
  outputs: Record<string, string>;
}

/** The runner's file of outputs: `name<<delimiter`, lines, `delimiter`. */
function outputsOf(text: string): Record<string, string> {
  const blocks = text.matchAll(/^(.+?)<<(ghadelimiter_\S+)\r?\n([^]*?)\r?\n?\2\r?$/gmu);
  return Object.fromEntries([...blocks].map(([, name, , value]) => [name, value]));
}
