import type { ImageOptions } from '../describe/manifest-model.js';
import { InputError, type Problem } from '../../problem.js';

/**
 * How the manifest says that pixels enter a network of the user's own; null: it says nothing.
 *
 * @param at Where such a key stands in the manifest.
 * @throws InputError when only one of the two is there, or a deviation is not above 0.
 */
export function pixelScaling(
  { mean, std }: Pick<ImageOptions, 'mean' | 'std'>,
  at: (key: 'mean' | 'std') => Pick<Problem, 'file' | 'line' | 'column'>,
): { mean: number[]; std: number[] } | null {
  const both = 'Give both, three numbers each: (value / 255 - mean) / std.';
  if (mean === undefined && std === undefined) return null;
  if (mean === undefined || std === undefined) {
    const [there, missing] = mean === undefined ? (['std', 'mean'] as const) : (['mean', 'std'] as const);
    throw new InputError([{ ...at(there), message: `image.${missing} is missing.`, remedy: both }]);
  }
  if (std.every((value) => value > 0)) return { mean, std };
  throw new InputError([{ ...at('std'), message: 'image.std must be above 0.', remedy: both }]);
}
