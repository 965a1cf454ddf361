import { InputError } from '../../problem.js';
import type { WeightGroup } from './weight-groups.js';

/**
 * The weight files by their path in the manifest, in its order.
 * @param most Bytes of a group that does not say how many it has.
 * @param open Bytes of a file, which are refused there when they are more than `most`.
 * @throws InputError when the files of a group are shorter or longer than its weights.
 */
export function readShards(
  groups: readonly WeightGroup[],
  jsonFile: string,
  most: number,
  open: (path: string, most: number) => Uint8Array,
): Map<string, Uint8Array> {
  const shards = new Map<string, Uint8Array>();
  for (const { paths, bytes } of groups) {
    let left = bytes ?? most;
    for (const path of paths) {
      const shard = open(path, left);
      left -= shard.length;
      shards.set(path, shard);
    }
    if (bytes !== null) checkWhole(paths, left, jsonFile);
  }
  return shards;
}

/**
 * @param left Bytes of the group's weights that are in none of its files.
 * @throws InputError when there are any.
 */
export function checkWhole(paths: readonly string[], left: number, jsonFile: string): void {
  if (left === 0) return;
  const files = paths.length === 1 ? 'is' : `to ${paths.at(-1) ?? ''} are`;
  throw new InputError([
    {
      file: jsonFile,
      message: `has weights whose file is truncated: ${paths.at(0) ?? ''} ${files} ${left} bytes shorter than they need.`,
      remedy: 'Get the files anew from where they were made.',
    },
  ]);
}
