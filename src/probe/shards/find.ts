import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { FoundShard } from './join.js';
import { messageOf, readShardFile } from './read.js';

const NAME = /^shard-(\d{1,3})\.json$/u;
/** Artifacts lie in a folder each, with the file in it. */
const DEEPEST = 4;
/** Entries that are looked at: every shard may have been run again. */
const MOST_ENTRIES = 10_000;
const MOST_FILES = 1024;

/** All that is named `shard-<number>.json` in a folder, in the order of names; an absent folder holds none. */
export function findShards(folder: string): FoundShard[] {
  const files: string[] = [];
  let entries = 0;
  const look = (place: string, depth: number): void => {
    for (const entry of entriesOf(place)) {
      if (++entries > MOST_ENTRIES || files.length >= MOST_FILES) return;
      const path = join(place, entry.name);
      if (entry.isDirectory() && depth < DEEPEST) look(path, depth + 1);
      else if (entry.isFile() && NAME.test(entry.name)) files.push(path);
    }
  };
  look(folder, 1);
  return files.map((path): FoundShard => {
    const file = relative(folder, path);
    const shard = Number(NAME.exec(path.split(/[\\/]/u).at(-1)!)![1]);
    try {
      return { file, shard, content: readShardFile(path) };
    } catch (error) {
      return { file, shard, problem: messageOf(error) };
    }
  });
}

function entriesOf(place: string) {
  try {
    return readdirSync(place, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
