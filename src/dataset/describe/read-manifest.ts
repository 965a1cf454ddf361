import { Ajv, type ErrorObject } from 'ajv';
import { manifestSchema } from '../../generated/schemas.js';
import { explain, pathOf, unknownKey } from './explain-errors.js';
import type { Manifest } from './manifest-model.js';
import { InputError } from '../../problem.js';
import { parseYaml, type YamlText } from './yaml.js';

const validate = new Ajv({
  allErrors: true,
  strict: false,
  strictNumbers: true,
  verbose: true,
}).compile<Manifest>(manifestSchema);

const MOST_PROBLEMS = 10;

/** A valid manifest, and where its keys stand in the file. */
export interface LocatedManifest {
  manifest: Manifest;
  placeOf: YamlText['placeOf'];
}

/**
 * The manifest in a YAML (or JSON) text.
 * @throws InputError that names every problem with file, line and column.
 */
export function readManifest(bytes: Uint8Array, file: string): Manifest {
  return readLocatedManifest(bytes, file).manifest;
}

/** The same, with the places of its keys, for problems that show only beside the data. */
export function readLocatedManifest(bytes: Uint8Array, file: string): LocatedManifest {
  const { value, placeOf } = parseYaml(bytes, file);
  if (validate(value)) return { manifest: value, placeOf };
  const errors = (validate.errors ?? []).slice(0, 10 * MOST_PROBLEMS);
  throw new InputError(
    errors
      .filter((error) => !isConsequence(error, errors))
      .map((error) => ({ file, ...placeOf(pathOf(error), unknownKey(error)), ...explain(error) }))
      .filter(({ message }, index, all) => all.findIndex((other) => other.message === message) === index)
      .slice(0, MOST_PROBLEMS),
  );
}

/** A choice of types fails as a whole and once for every branch: what is deepest says most, else the types are joined. */
function isConsequence(error: ErrorObject, all: ErrorObject[]): boolean {
  if (error.keyword === 'anyOf') return true;
  const sibling = (other: ErrorObject) =>
    other !== error && other.instancePath.startsWith(error.instancePath);
  const branch = /\/anyOf\/\d+/.test(error.schemaPath);
  if (!branch || error.keyword !== 'type') return false;
  const deeper = all.some((other) => sibling(other) && other.instancePath.length > error.instancePath.length);
  if (deeper) return true;
  const branches = all.filter(
    (other) => other.keyword === 'type' && other.instancePath === error.instancePath,
  );
  if (branches[0] !== error) return true;
  error.params = { type: branches.flatMap((other) => (other.params as { type: string | string[] }).type) };
  return false;
}
