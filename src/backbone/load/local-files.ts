import { existsSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode } from '../../engine/native/error-code.js';
import { type Bounds, confined, folderBounds } from '../../manifest/confine.js';
import { InputError } from '../../manifest/problem.js';
import type { Limits } from './limits.js';
import { readBounded } from './read-bounded.js';
import { readShards } from './read-shards.js';
import { weightGroups } from './weight-groups.js';

/** What a source gives before its hash is asked for. */
export interface ReadModel {
  name: string;
  json: string;
  jsonFile: string;
  shards: Map<string, Uint8Array>;
  origin: string;
}

const NEEDED =
  'Name a folder with a TF.js model.json, or the file itself; a model of Hugging Face is written hf://owner/model.';

/**
 * Reads a model from a folder, or beside the `.json` file that is named. Links may not lead out of the folder.
 * @throws InputError when files are missing, no plain files, too large or too short.
 */
export function localFiles(path: string, cwd: string, limits: Limits): ReadModel {
  const named = resolve(cwd, path);
  const stat = statOf(named, path);
  const jsonPlace = stat.isDirectory() ? join(named, 'model.json') : named;
  const jsonFile = stat.isDirectory() ? `${path.replace(/[/\\]+$/, '')}/model.json` : path;
  const folder = dirname(jsonPlace);
  const bounds: Bounds = { ...folderBounds(folder), name: 'the model’s folder' };
  if (stat.isDirectory() && !existsSync(jsonPlace)) {
    throw new InputError([{ file: path, message: 'holds no model.json.', remedy: NEEDED }]);
  }
  const read = (file: string, most: number, known: string) => {
    const place = confined(file, folder, bounds, { file: jsonFile, message: '' });
    return readBounded(place, most, known);
  };
  const json = read(basename(jsonPlace), limits.jsonBytes, jsonFile).toString('utf8');
  const groups = weightGroups(json, jsonFile, limits.weightBytes);
  const beside = jsonFile.slice(0, jsonFile.length - basename(jsonPlace).length);
  const shards = readShards(groups, jsonFile, (shard, most) => read(shard, most, `${beside}${shard}`));
  return { name: basename(realpathSync(folder)), json, jsonFile, shards, origin: path };
}

function statOf(place: string, path: string): Stats {
  try {
    return statSync(place);
  } catch (error) {
    const code = errorCode(error) ?? 'unknown reason';
    const message = code === 'ENOENT' ? 'does not exist.' : `cannot be read (${code}).`;
    throw new InputError([{ file: path, message, remedy: NEEDED }]);
  }
}
