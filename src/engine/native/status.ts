import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addonIn, EngineUnavailable, findTensorflow } from '../tensorflow/load.js';
import { createWasmEngine, hasSimd } from '../wasm/engine.js';
import { PACKAGE, platformOf, searchedLocations, type PackLocation } from './locations.js';
import { packSource, type PackContext } from './provision.js';
import { tryAddon } from './try-addon.js';

/** The lines of `headstart engine status`. Tries TensorFlow in a separate process. */
export async function engineStatus(context: PackContext, root: string): Promise<string[]> {
  const { environment, host = process } = context;
  const tensorflow = await tensorflowStatus(environment, root);
  const simd = hasSimd();
  const used = !simd
    ? 'nothing: this CPU lacks the vector instructions for WebAssembly SIMD, which both engines need'
    : tensorflow.works
      ? 'tensorflow: it is installed and faster'
      : 'wasm: TensorFlow is not installed or does not work';
  const source = packSource(context);
  const reason = 'reason' in source ? source.reason : '';
  const install = {
    download: `downloads the published pack for ${platformOf(host)}`,
    build: `builds the pack: ${reason}`,
    none: `is not possible here: ${reason}`,
  }[source.kind];
  return [
    `\`--engine auto\` uses ${used}.`,
    '',
    `wasm: ${createWasmEngine().version}, ${simd ? 'works on this CPU' : 'does not work on this CPU'}`,
    `tensorflow: ${tensorflow.line}`,
    '',
    'Searched in this order:',
    ...searchedLocations(environment, root)
      .filter(({ name, folder }) => name !== 'node_modules' || hasPackage(folder))
      .map(locationLine),
    '',
    `\`headstart engine install\` ${install}.`,
  ];
}

async function tensorflowStatus(environment: NodeJS.ProcessEnv, root: string) {
  try {
    const { addon, version, folder } = findTensorflow(environment, root);
    const trial = await tryAddon(addon);
    return 'failure' in trial
      ? { works: false, line: `tfjs-node ${version}. ${trial.failure} ${folder}` }
      : { works: true, line: `tfjs-node ${version}, TensorFlow ${trial.version}, ${folder}` };
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return { works: false, line: error.message };
  }
}

function locationLine({ name, folder }: PackLocation): string {
  if (folder === null) return `- ${name}: not defined on this machine`;
  if (!hasPackage(folder)) return `- ${name}: nothing in ${folder}`;
  const isComplete = addonIn(join(folder, PACKAGE)) !== null;
  return `- ${name}: ${isComplete ? 'tfjs-node' : 'tfjs-node without its native addon'} in ${folder}`;
}

function hasPackage(folder: string | null): boolean {
  return folder !== null && existsSync(join(folder, PACKAGE));
}
