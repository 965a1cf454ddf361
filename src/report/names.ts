/** What strategies and datasets are called in front of people. */
import type { StrategyName } from '../verdict/types.js';
import { code } from './escape.js';
import type { DatasetSummary } from './types.js';

export const strategyNames: Record<StrategyName, string> = {
  frozen: 'Frozen features',
  'fine-tune': 'Fine-tune',
  hybrid: 'Hybrid',
  scratch: 'Scratch',
};

/** Where room is scarce. */
export const shortNames: Record<StrategyName, string> = { ...strategyNames, frozen: 'Frozen' };

/** What to do when the strategy is the choice. */
export const advice: Record<StrategyName, string> = {
  frozen: 'Keep the pre-trained network frozen',
  'fine-tune': 'Fine-tune',
  hybrid: 'Fine-tune, frozen layers first (hybrid)',
  scratch: 'Train from scratch',
};

/** The name of a dataset in a title, with its folder where another dataset may have the same name. */
export function datasetTitle({
  name,
  path,
  folder,
}: Pick<DatasetSummary, 'name' | 'path' | 'folder'>): string {
  const place = (folder ?? path).replace(/^\.\//u, '').replace(/\/+$/u, '');
  if (!place.includes('/')) return code(name);
  return place.endsWith(`/${name}`) ? code(place) : `${code(name)} in ${code(place)}`;
}
