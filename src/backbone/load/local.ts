import { existsSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Bounds, folderBounds, resolveInside } from '../../dataset/files/paths.js';
import { errorCode } from '../../problem.js';
import { modelError } from '../errors.js';
import {
  checkHash,
  type Limits,
  type ModelFiles,
  type ModelFormat,
  readFileWithin,
  readShards,
  safetensorsFormat,
  tfjsFormat,
} from './model-files.js';

const ALTERNATIVES =
  'Name a folder with a TF.js model.json, or with a model.safetensors and its config.json, or one of these files. A Hugging Face model is written hf://owner/model.';

/**
 * Reads a model from a folder, or from its `.json` or `.safetensors` file. Links must not lead out of the folder.
 * @param expected SHA-256 of the weights; null: any.
 * @throws InputError when files are missing, not regular files, too large, too small, or have another hash.
 */
export function readLocalModel(
  path: string,
  cwd: string,
  expected: string | null,
  limits: Limits,
): ModelFiles {
  const absolute = resolve(cwd, path);
  const isFolder = statOf(absolute, path).isDirectory();
  const folder = isFolder ? absolute : dirname(absolute);
  const format = isFolder ? formatIn(folder, path) : formatOf(basename(absolute));
  const prefix = isFolder
    ? `${path.replace(/[/\\]+$/, '')}/`
    : path.slice(0, path.length - basename(absolute).length);
  const jsonFile = `${prefix}${format.json}`;
  const bounds: Bounds = { ...folderBounds(folder), name: 'the model’s folder' };
  const read = (file: string, maxBytes: number) =>
    readFileWithin(maxBytes, resolveInside(file, folder, bounds, { file: jsonFile }), `${prefix}${file}`);
  const json = read(format.json, limits.jsonBytes).toString('utf8');
  const groups = format.shards(json, jsonFile, limits.weightBytes);
  const shards = readShards(groups, jsonFile, limits.weightBytes, read);
  const name = basename(realpathSync(folder));
  return checkHash({ name, format: format.kind, json, jsonFile, shards, origin: path }, expected, '');
}

function formatOf(file: string): ModelFormat {
  return file.toLowerCase().endsWith('.safetensors') ? safetensorsFormat(file) : tfjsFormat(file);
}

function formatIn(folder: string, path: string): ModelFormat {
  const format = [tfjsFormat(), safetensorsFormat()].find(({ json, weights }) =>
    existsSync(join(folder, weights ?? json)),
  );
  if (format !== undefined) return format;
  throw modelError(path, 'contains neither a model.json nor a model.safetensors.', ALTERNATIVES);
}

function statOf(absolute: string, path: string): Stats {
  try {
    return statSync(absolute);
  } catch (error) {
    const code = errorCode(error) ?? 'unknown reason';
    throw modelError(path, code === 'ENOENT' ? 'does not exist.' : `cannot be read (${code}).`, ALTERNATIVES);
  }
}
