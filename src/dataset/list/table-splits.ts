import { InputError } from '../../problem.js';
import type { Dataset } from '../dataset.js';
import type { TableListing } from './label-table.js';
import type { Listed } from './listed.js';
import type { SplitPlaces } from './split-places.js';

/**
 * Gives a table's images the splits that the manifest names. Images that neither it nor the table puts into a split
 * are left out.
 * @throws InputError when table and manifest contradict each other, or no image is in a split.
 */
export function placeInSplits(
  table: TableListing,
  shown: string,
  places: SplitPlaces,
): { listed: Listed[]; absent: Dataset['absent']; leftOut: Dataset['leftOut'] } {
  const listed: Listed[] = [];
  const leftOut: Dataset['leftOut'] = [];
  for (const each of table.listed) {
    const place = places.of(each.path);
    const line = table.lineOf.get(each.path)!;
    if (place !== null && each.split !== null && place.split !== each.split) {
      throw new InputError([
        {
          file: shown,
          line,
          message: `puts "${each.path.slice(0, 120)}" into ${each.split}, but the manifest puts it into ${place.split} (${[place.file, place.line].filter(Boolean).join(':')}).`,
          remedy: 'Correct one of them, or take the splits out of the manifest.',
        },
      ]);
    }
    const split = place?.split ?? each.split;
    if (split === null) leftOut.push({ path: each.path, file: shown, line });
    else listed.push({ ...each, split });
  }
  if (listed.length === 0 && leftOut.length > 0) {
    const [{ path, line }] = leftOut;
    throw new InputError([
      {
        file: shown,
        line,
        message: `none of its ${leftOut.length} images is in the train, val or test that the manifest names, "${path.slice(0, 120)}" among them.`,
        remedy:
          'Name the folders or lists that hold them, or leave the splits out: Headstart then deals one.',
      },
    ]);
  }
  const known = new Set(table.absent.map(({ path }) => path));
  return {
    listed,
    leftOut,
    absent: [...table.absent, ...places.absent.filter(({ path }) => !known.has(path))],
  };
}
