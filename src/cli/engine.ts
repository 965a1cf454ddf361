/** `headstart engine status | install`: shows the engines, and installs the native pack. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { installPack } from '../engine/native/install.js';
import { limitOf } from '../engine/native/limits.js';
import { installFolder } from '../engine/native/locations.js';
import { obtainPack, type PackContext, packSource } from '../engine/native/provision.js';
import { engineStatus } from '../engine/native/status.js';
import { tryAddon } from '../engine/native/try-addon.js';
import { EngineUnavailable, findTensorflow, programRoot } from '../engine/tensorflow/load.js';
import { InputError } from '../problem.js';
import { EXIT_CODES } from './options.js';
import { print } from './output.js';

/** Long, because the user sees the download and can interrupt it. */
const TIMEOUT_SECONDS = 3600;

const INSTALL_EXAMPLES = `
Examples:
  headstart engine install
  headstart engine install --from pack.tar.gz --sha256 <hash>
`;

/** @param program path of the running program: the search for engines begins there. */
export function addEngine(headstart: Command, program: string): void {
  const root = programRoot(program);
  const context = { environment: process.env, programDir: dirname(program) };
  const engine = headstart.command('engine').description('show the engines, and install the faster one');

  engine
    .command('status')
    .description('which engines are installed, where they were searched for, and which is used')
    .action(async () => {
      print((await engineStatus(context, root)).join('\n'));
    });

  engine
    .command('install')
    .description('download the native pack of TensorFlow, or build it if none is published for this platform')
    .option('--from <file>', 'install this .tar.gz instead')
    .option('--sha256 <hash>', 'the hash of the file; required with --from', hash)
    .addHelpText('after', INSTALL_EXAMPLES + EXIT_CODES)
    .action(async ({ from, sha256 }: { from?: string; sha256?: string }) => {
      const abort = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
      if (from === undefined && sha256 === undefined) await downloadPack(context, root, abort.signal);
      else await installFile(from, sha256);
    });
}

async function downloadPack(context: PackContext, root: string, signal: AbortSignal): Promise<void> {
  const folder = await installedFolder(root);
  if (folder !== null) {
    print(`It is already installed and works: ${folder}`);
    return;
  }
  const source = packSource(context);
  if (source.kind === 'none') throw new EngineUnavailable(`Nothing was installed: ${source.reason}.`);
  await obtainPack(source, limitOf(TIMEOUT_SECONDS, signal), print);
  print(`Installed in ${source.target}`);
}

async function installedFolder(root: string): Promise<string | null> {
  try {
    const { addon, folder } = findTensorflow(process.env, root);
    return 'version' in (await tryAddon(addon)) ? folder : null;
  } catch (error) {
    if (error instanceof EngineUnavailable) return null;
    throw error;
  }
}

async function installFile(from: string | undefined, sha256: string | undefined): Promise<void> {
  if (from === undefined || sha256 === undefined) {
    const message = '--from and --sha256 must be used together.';
    const remedy = 'The hash is published next to the pack; a file is installed only if its hash matches.';
    throw new InputError([{ file: '', message, remedy }]);
  }
  if (!existsSync(from))
    throw new InputError([{ file: from, message: 'does not exist.', remedy: 'Check the path.' }]);
  const target = installFolder(process.env);
  if (target === null)
    throw new EngineUnavailable(
      'Neither XDG_CACHE_HOME nor HOME is set, so there is no folder to install in.',
    );
  print('checking, unpacking and testing it');
  const version = await installPack(resolve(from), sha256, target);
  print(`TensorFlow ${version} is installed in ${target}`);
}

function hash(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('A SHA-256 has 64 hexadecimal digits.');
}
