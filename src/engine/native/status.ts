import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addonIn, EngineUnavailable, findTensorflow } from '../tensorflow/load.js';
import { createWasmEngine } from '../wasm/engine.js';
import { hasSimd } from '../wasm/simd.js';
import { type Surroundings, wayToPack } from './obtain.js';
import { platformOf } from './pins.js';
import { PACKAGE, type Place, searchedPlaces } from './places.js';
import { tryAddon } from './try-addon.js';

/** What `headstart engine status` tells, as lines. TensorFlow is tried in a process of its own. */
export async function engineStatus(surroundings: Surroundings, root: string): Promise<string[]> {
  const { environment, host = process } = surroundings;
  const tensorflow = await stateOfTensorflow(environment, root);
  const simd = hasSimd();
  const used = !simd
    ? 'none: the CPU lacks the vector instructions of WebAssembly SIMD, which both engines need'
    : tensorflow.works
      ? 'tensorflow: it is installed and is the faster'
      : 'wasm: TensorFlow is not there or does not work';
  const way = wayToPack(surroundings);
  const install = {
    download: `downloads the published pack for ${platformOf(host)}`,
    build: `builds the pack: ${'because' in way ? way.because : ''}`,
    none: `can do nothing here: ${'because' in way ? way.because : ''}`,
  }[way.kind];
  return [
    `\`--engine auto\` takes ${used}.`,
    '',
    `wasm: ${createWasmEngine().version}, ${simd ? 'runs on this CPU' : 'does not run on this CPU'}`,
    `tensorflow: ${tensorflow.line}`,
    '',
    'Looked for in this order:',
    ...searchedPlaces(environment, root)
      .filter(({ name, folder }) => name !== 'node_modules' || holds(folder))
      .map(placeLine),
    '',
    `\`headstart engine install\` ${install}.`,
  ];
}

async function stateOfTensorflow(environment: NodeJS.ProcessEnv, root: string) {
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

function placeLine({ name, folder }: Place): string {
  if (folder === null) return `- ${name}: this machine names no folder for it`;
  if (!holds(folder)) return `- ${name}: nothing in ${folder}`;
  const whole = addonIn(join(folder, PACKAGE)) !== null;
  return `- ${name}: ${whole ? 'tfjs-node' : 'tfjs-node without its native addon'} in ${folder}`;
}

function holds(folder: string | null): boolean {
  return folder !== null && existsSync(join(folder, PACKAGE));
}
