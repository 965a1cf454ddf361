import { Ajv, type ErrorObject } from 'ajv';
import { tfjsSchema } from '../../generated/schemas.js';
import { modelError } from '../errors.js';
import type { KerasModel, ModelJson } from './model-json.js';

const ajv = new Ajv({ allErrors: false, strict: false, strictNumbers: true });
const validate = ajv.compile<ModelJson>(tfjsSchema);

/** Whether a layer is a model with layers of its own. */
export const isKerasModel = ajv.compile<KerasModel>({
  $ref: 'headstart/tfjs.schema.json#/definitions/KerasModel',
});

/**
 * Parses the `model.json` of a layers model.
 * @throws InputError when it is not JSON, a graph model, or does not match the schema.
 */
export function parseModel(json: string, file: string): ModelJson {
  const value = parseJson(json, file);
  if (isGraphModel(value)) {
    throw modelError(
      file,
      'is a graph model, which no longer has separate layers; a layers model is required.',
      'Convert the Keras model with tensorflowjs_converter --input_format keras --output_format tfjs_layers_model.',
    );
  }
  if (validate(value)) return value;
  throw modelError(
    file,
    `is not the model.json of a TensorFlow.js layers model: ${describe(validate.errors?.[0])}`,
    'Use the file as tensorflowjs_converter wrote it.',
  );
}

function parseJson(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw modelError(file, 'is not valid JSON.', 'Check that the download is complete.');
  }
}

/** Checked before the schema, because graph models have types of weights that layers models do not have. */
function isGraphModel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('format' in value && value.format === 'graph-model') return true;
  const topology = 'modelTopology' in value ? value.modelTopology : null;
  return typeof topology === 'object' && topology !== null && 'node' in topology;
}

function describe(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it does not match the schema.';
  const path = error.instancePath === '' ? 'it' : error.instancePath.slice(0, 100);
  const { allowedValues } = error.params as { allowedValues?: unknown[] };
  const allowed = allowedValues === undefined ? '' : ` (${allowedValues.join(', ')})`;
  return `${path} ${error.message ?? 'is invalid'}${allowed}.`;
}
