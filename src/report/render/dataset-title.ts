import { code } from './escape.js';
import type { DatasetSummary } from '../model.js';

/** How a dataset is called where another may have the same name: with its folder, where that lies in another folder. */
export function datasetTitle({
  name,
  path,
  folder,
}: Pick<DatasetSummary, 'name' | 'path' | 'folder'>): string {
  const place = (folder ?? path).replace(/^\.\//u, '').replace(/\/+$/u, '');
  if (!place.includes('/')) return code(name);
  return place.endsWith(`/${name}`) ? code(place) : `${code(name)} in ${code(place)}`;
}
