import { quote, refuse } from './refuse.js';
import type { Tensor } from './tensor.js';

/** Weights by layer and part, for example `conv1` and `kernel`. */
export interface Lookup {
  has(layer: string, part: string): boolean;
  /**
   * The values, row-major, of a weight of this shape; null in a shape: any side.
   * @throws InputError when there is none, there are several, or the shape is another.
   */
  find(
    layer: string,
    part: string,
    shape: readonly (number | null)[],
  ): { shape: number[]; values: Float32Array };
}

/**
 * Finds `<layer>/<part>` also behind a prefix: converters put the names of models and scopes before it, and TensorFlow
 * a `:0` after it.
 */
export function lookupIn(tensors: ReadonlyMap<string, Tensor>, jsonFile: string): Lookup {
  const names = [...tensors.keys()].map((name) => ({ name, path: `/${name.replace(/:0$/, '')}` }));
  const matches = (layer: string, part: string): string[] => {
    const exact = `${layer}/${part}`;
    if (tensors.has(exact)) return [exact];
    return names.filter(({ path }) => path.endsWith(`/${exact}`)).map(({ name }) => name);
  };
  return {
    has: (layer, part) => matches(layer, part).length > 0,
    find: (layer, part, shape) => {
      const found = matches(layer, part);
      if (found.length !== 1) {
        const several = found.slice(0, 3).map(quote).join(', ');
        throw refuse(
          jsonFile,
          found.length === 0
            ? `lists no weights ${quote(`${layer}/${part}`)}.`
            : `lists several weights that could be ${quote(`${layer}/${part}`)}: ${several}.`,
          'Convert the model again, with all its weights and with a name of its own for each layer.',
        );
      }
      const tensor = tensors.get(found[0])!;
      if (
        tensor.shape.length !== shape.length ||
        shape.some((side, i) => (side ?? tensor.shape[i]) !== tensor.shape[i])
      ) {
        throw refuse(
          jsonFile,
          `lists ${quote(tensor.name)} with the shape [${tensor.shape.join(', ')}], where its layer needs ` +
            `[${shape.map((side) => side ?? 'any').join(', ')}].`,
          'Convert the model again: its layers and its weights do not belong together.',
        );
      }
      return { shape: [...tensor.shape], values: tensor.values() };
    },
  };
}
