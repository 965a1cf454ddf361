import { weightGroups, type WeightGroup } from './weight-groups.js';

/** How a model is laid out in files: one describes it, and says or implies where its weights are. */
export interface Form {
  kind: 'tfjs' | 'safetensors';
  /** Name of the file that describes it. */
  json: string;
  /** Name of its only weight file; null: the description names them. */
  weights: string | null;
  /**
   * The files of its weights.
   * @param most Bytes that all of them may have.
   * @throws InputError when the description cannot be read or promises too much.
   */
  groups: (json: string, jsonFile: string, most: number) => WeightGroup[];
}

/** A TF.js layers model; its description may have another name. */
export function tfjsForm(json = 'model.json'): Form {
  return { kind: 'tfjs', json, weights: null, groups: weightGroups };
}

/** PyTorch weights in a safetensors file, beside a config.json that names their architecture. */
export function safetensorsForm(file = 'model.safetensors'): Form {
  return {
    kind: 'safetensors',
    json: 'config.json',
    weights: file,
    groups: () => [{ paths: [file], bytes: null }],
  };
}
