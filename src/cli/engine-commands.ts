/** `headstart engine status | install`: what computes here, and getting the native pack. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { installPack } from '../engine/native/install.js';
import { limitOf } from '../engine/native/limits.js';
import { installFolder } from '../engine/native/locations.js';
import { obtainPack, packSource, type PackContext } from '../engine/native/provision.js';
import { engineStatus } from '../engine/native/status.js';
import { tryAddon } from '../engine/native/try-addon.js';
import { EngineUnavailable, findTensorflow, programRoot } from '../engine/tensorflow/load.js';
import { EXIT_CODES } from './exit-codes.js';
import { InputError } from '../problem.js';
import { print } from './print.js';

/** A slow line may take its time: somebody waits for it and can interrupt. */
const SECONDS = 3600;

const INSTALL_EXAMPLES = `
Examples:
  headstart engine install
  headstart engine install --from pack.tar.gz --sha256 <hash>
`;

/** @param program path of the running program: searching begins there. */
export function addEngineCommands(headstart: Command, program: string): void {
  const root = programRoot(program);
  const surroundings = { environment: process.env, programDir: dirname(program) };
  const engine = headstart
    .command('engine')
    .description('what computes here, and installing the faster engine');

  engine
    .command('status')
    .description('which engines are there, where they were looked for, and which is used')
    .action(async () => {
      print((await engineStatus(surroundings, root)).join('\n'));
    });

  engine
    .command('install')
    .description('download the native pack of TensorFlow, or build it where none is published')
    .option('--from <file>', 'install this pack, a .tar.gz, instead')
    .option('--sha256 <hash>', 'the hash that the file must have; goes with --from', hash)
    .addHelpText('after', INSTALL_EXAMPLES + EXIT_CODES)
    .action(async ({ from, sha256 }: { from?: string; sha256?: string }) => {
      const abort = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
      if (from === undefined && sha256 === undefined) await obtain(surroundings, root, abort.signal);
      else await installFile(from, sha256);
    });
}

async function obtain(surroundings: PackContext, root: string, signal: AbortSignal): Promise<void> {
  const working = await installed(root);
  if (working !== null) {
    print(`It is there and works: ${working}`);
    return;
  }
  const source = packSource(surroundings);
  if (source.kind === 'none') throw new EngineUnavailable(`Nothing was installed: ${source.reason}.`);
  await obtainPack(source, limitOf(SECONDS, signal), print);
  print(`Installed in ${source.target}`);
}

async function installed(root: string): Promise<string | null> {
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
    const message = '--from and --sha256 go together.';
    const remedy = 'The hash is published beside the pack; a file is installed only when it has that hash.';
    throw new InputError([{ file: '', message, remedy }]);
  }
  if (!existsSync(from))
    throw new InputError([{ file: from, message: 'does not exist.', remedy: 'Check the path.' }]);
  const target = installFolder(process.env);
  if (target === null)
    throw new EngineUnavailable('Neither XDG_CACHE_HOME nor HOME names a folder to install in.');
  print('checking, unpacking and trying it');
  const version = await installPack(resolve(from), sha256, target);
  print(`TensorFlow ${version} is installed in ${target}`);
}

function hash(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('A SHA-256 has 64 hexadecimal digits.');
}
