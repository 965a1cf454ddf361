import { existsSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Bounds, folderBounds, resolveInside } from '../../dataset/files/paths.js';
import { errorCode, InputError } from '../../problem.js';
import { type Form, safetensorsForm, tfjsForm } from './model-format.js';
import type { Limits } from './limits.js';
import { readBounded } from './read-bounded.js';
import { readShards } from './read-shards.js';

/** What a source gives before its hash is asked for. */
export interface ReadModel {
  name: string;
  form: Form['kind'];
  json: string;
  jsonFile: string;
  shards: Map<string, Uint8Array>;
  origin: string;
}

const NEEDED =
  'Name a folder with a TF.js model.json, or with a model.safetensors and its config.json, or the file itself; a model of Hugging Face is written hf://owner/model.';

/**
 * Reads a model from a folder, or with the `.json` or `.safetensors` file that is named. Links may not lead out of the folder.
 * @throws InputError when files are missing, no plain files, too large or too short.
 */
export function localFiles(path: string, cwd: string, limits: Limits): ReadModel {
  const named = resolve(cwd, path);
  const isFolder = statOf(named, path).isDirectory();
  const folder = isFolder ? named : dirname(named);
  const form = isFolder ? formIn(folder, path) : formOf(basename(named));
  const beside = isFolder
    ? `${path.replace(/[/\\]+$/, '')}/`
    : path.slice(0, path.length - basename(named).length);
  const jsonFile = `${beside}${form.json}`;
  const bounds: Bounds = { ...folderBounds(folder), name: 'the model’s folder' };
  const read = (file: string, most: number) => {
    const place = resolveInside(file, folder, bounds, { file: jsonFile });
    return readBounded(place, most, `${beside}${file}`);
  };
  const json = read(form.json, limits.jsonBytes).toString('utf8');
  const groups = form.groups(json, jsonFile, limits.weightBytes);
  const shards = readShards(groups, jsonFile, limits.weightBytes, read);
  return { name: basename(realpathSync(folder)), form: form.kind, json, jsonFile, shards, origin: path };
}

function formOf(file: string): Form {
  return file.toLowerCase().endsWith('.safetensors') ? safetensorsForm(file) : tfjsForm(file);
}

function formIn(folder: string, path: string): Form {
  const form = [tfjsForm(), safetensorsForm()].find(({ json, weights }) =>
    existsSync(join(folder, weights ?? json)),
  );
  if (form !== undefined) return form;
  throw new InputError([
    { file: path, message: 'holds no model.json and no model.safetensors.', remedy: NEEDED },
  ]);
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
