import { InputError } from '../../problem.js';
import { shardPathFault } from './shard-path.js';

/** Files that hold some weights one after the other, and how many bytes these are together. */
export interface WeightGroup {
  /** In order; each relative to model.json and checked. */
  paths: string[];
  /** null: the files say it themselves. */
  bytes: number | null;
}

const MOST_FILES = 4096;
const BYTES: ReadonlyMap<unknown, number> = new Map([
  ['float32', 4],
  ['int32', 4],
  ['float16', 2],
  ['uint16', 2],
  ['uint8', 1],
  ['bool', 1],
  ['complex64', 8],
]);
const NEEDED =
  'A TF.js layers model is needed, as tensorflowjs_converter --output_format=tfjs_layers_model writes it: a model.json with modelTopology and weightsManifest, and its weight files.';

/**
 * What the weightsManifest of a model.json promises.
 * @throws InputError when it is no layers model, promises more than `most` bytes, or names files outside its folder.
 */
export function weightGroups(
  json: string,
  jsonFile: string,
  most: number,
): { paths: string[]; bytes: number }[] {
  const refused = (message: string, remedy?: string) =>
    new InputError([{ file: jsonFile, message, ...(remedy === undefined ? {} : { remedy }) }]);
  const model = parsed(json);
  if (!isObject(model)) throw refused('is no JSON of a model.', NEEDED);
  const { weightsManifest, format, modelTopology } = model;
  if (format === 'graph-model' || (isObject(modelTopology) && 'node' in modelTopology)) {
    throw refused('is a graph model, which has no layers to train.', NEEDED);
  }
  if (!Array.isArray(weightsManifest) || weightsManifest.length === 0) {
    throw refused('has no weightsManifest.', NEEDED);
  }
  const groups = weightsManifest.map((group: unknown, index) => {
    const bytes = isObject(group) ? promised(group['weights']) : null;
    const paths = isObject(group) ? group['paths'] : null;
    if (bytes === null || !isStrings(paths) || (paths.length === 0 && bytes > 0)) {
      throw refused(`has a weightsManifest whose group ${index + 1} cannot be read.`, NEEDED);
    }
    return { paths, bytes };
  });
  const paths = groups.flatMap((group) => group.paths);
  if (paths.length > MOST_FILES) throw refused(`names more than ${MOST_FILES} weight files.`);
  for (const path of paths) {
    const fault = shardPathFault(path);
    if (fault !== null) {
      throw refused(
        `names the weight file ${JSON.stringify(path.slice(0, 120))}, which ${fault}.`,
        'Weight files lie in the folder of model.json or below it.',
      );
    }
  }
  if (new Set(paths).size !== paths.length) throw refused('names a weight file twice.');
  const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
  if (!(bytes <= most)) {
    throw refused(`promises ${mebibytes(bytes)} of weights; ${mebibytes(most)} are the most that is read.`);
  }
  return groups;
}

/** Bytes of a group's weights; null where they cannot be told. */
function promised(weights: unknown): number | null {
  if (!Array.isArray(weights)) return null;
  let sum = 0;
  for (const weight of weights as unknown[]) {
    if (!isObject(weight)) return null;
    const { shape, dtype, quantization } = weight;
    const stored = isObject(quantization) && 'dtype' in quantization ? quantization['dtype'] : dtype;
    const size = BYTES.get(stored);
    if (size === undefined || !isShape(shape)) return null;
    sum += shape.reduce((product, side) => product * side, size);
  }
  return sum;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && (side as number) >= 0);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
