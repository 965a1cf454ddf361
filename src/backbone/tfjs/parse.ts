import { Ajv, type ErrorObject } from 'ajv';
import { tfjsSchema } from '../../generated/schemas.js';
import type { KerasModel, ModelJson } from './model.js';
import { refuse } from './refuse.js';

const MOST_LETTERS = 32 * 2 ** 20;

const ajv = new Ajv({ allErrors: false, strict: false, strictNumbers: true });
const validate = ajv.compile<ModelJson>(tfjsSchema);

/** Whether a layer is a whole model, with layers of its own. */
export const isKerasModel = ajv.compile<KerasModel>({
  $ref: 'headstart/tfjs.schema.json#/definitions/KerasModel',
});

/**
 * The `model.json` of a layers model.
 * @throws InputError when it is no JSON, is longer than 32 MiB, holds a graph model, or is not as `model.ts` says.
 */
export function parseModel(json: string, file: string): ModelJson {
  if (json.length > MOST_LETTERS) {
    throw refuse(file, 'is longer than 32 MiB.', 'Check that it is the model.json of a converted model.');
  }
  const value = valueOf(json, file);
  if (isGraphModel(value)) {
    throw refuse(
      file,
      'holds a graph model, in which the layers can no longer be told apart; a layers model is needed.',
      'Convert the Keras model with tensorflowjs_converter --input_format keras --output_format tfjs_layers_model.',
    );
  }
  if (validate(value)) return value;
  throw refuse(
    file,
    `is not the model.json of a TensorFlow.js layers model: ${explain(validate.errors?.[0])}`,
    'Take the file as tensorflowjs_converter wrote it.',
  );
}

function valueOf(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw refuse(file, 'is not valid JSON.', 'Check that it was downloaded whole.');
  }
}

/** Asked before the schema is: graph models have weights of types that layers models do not have. */
function isGraphModel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('format' in value && value.format === 'graph-model') return true;
  const topology = 'modelTopology' in value ? value.modelTopology : null;
  return typeof topology === 'object' && topology !== null && 'node' in topology;
}

function explain(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it is something else.';
  const place = error.instancePath === '' ? 'it' : error.instancePath.slice(0, 100);
  const { allowedValues } = error.params as { allowedValues?: unknown[] };
  const allowed = allowedValues === undefined ? '' : ` (${allowedValues.join(', ')})`;
  return `${place} ${error.message ?? 'is not as it should be'}${allowed}.`;
}
