import { Ajv, type ErrorObject } from 'ajv';
import { manifestSchema } from '../../generated/schemas.js';
import { InputError, nearestWord, type Problem } from '../../problem.js';
import type { Manifest } from './manifest.js';
import { parseYaml, type YamlText } from './yaml.js';

const validate = new Ajv({
  allErrors: true,
  strict: false,
  strictNumbers: true,
  verbose: true,
}).compile<Manifest>(manifestSchema);

const MAX_PROBLEMS = 10;

/** A valid manifest, and where its keys are in the file. */
export interface LocatedManifest {
  manifest: Manifest;
  positionOf: YamlText['positionOf'];
}

/**
 * The manifest in a YAML (or JSON) text.
 * @throws InputError with every problem and its line and column.
 */
export function readManifest(bytes: Uint8Array, file: string): LocatedManifest {
  const { value, positionOf } = parseYaml(bytes, file);
  if (validate(value)) return { manifest: value, positionOf };
  const errors = (validate.errors ?? []).slice(0, 10 * MAX_PROBLEMS);
  throw new InputError(
    errors
      .filter((error) => !isConsequence(error, errors))
      .map((error) => ({ file, ...positionOf(pathOf(error), unknownKeyOf(error)), ...explain(error) }))
      .filter(({ message }, index, all) => all.findIndex((other) => other.message === message) === index)
      .slice(0, MAX_PROBLEMS),
  );
}

/** A union of types fails once per branch. The deepest error says most; otherwise the types are joined. */
function isConsequence(error: ErrorObject, all: ErrorObject[]): boolean {
  if (error.keyword === 'anyOf') return true;
  if (!/\/anyOf\/\d+/.test(error.schemaPath) || error.keyword !== 'type') return false;
  const { instancePath } = error;
  const isDeeper = (other: ErrorObject) =>
    other.instancePath.startsWith(instancePath) && other.instancePath.length > instancePath.length;
  if (all.some(isDeeper)) return true;
  const branches = all.filter((other) => other.keyword === 'type' && other.instancePath === instancePath);
  if (branches[0] !== error) return true;
  error.params = { type: branches.flatMap((other) => (other.params as { type: string | string[] }).type) };
  return false;
}

type Explanation = Pick<Problem, 'message' | 'remedy'>;

const TYPE_NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping of keys',
  array: 'a list',
};

const EXAMPLES: Record<string, string> = {
  labels: 'For example: labels: { file: labels.csv, image: image, label: label }.',
  groups: 'For example: groups: { file: groups.csv, image: image, group: group }.',
  image: 'For example: image: { size: 64 }.',
  names: 'For example: names: [cat, dog].',
  files: 'For example: files: [{ path: labels.csv, bytes: 1200 }].',
  expect: 'For example: expect: { train: 800, test: 200 }.',
  plan: 'For example: plan: { examples: 100000, hardware: t4 }.',
};

function explain(error: ErrorObject): Explanation {
  const path = pathOf(error);
  const key = path.length === 0 ? 'the manifest' : `"${path.join('.')}"`;
  const value = displayValue(error.data);
  switch (error.keyword) {
    case 'additionalProperties':
      return explainUnknownKey(error, path);
    case 'required': {
      const { missingProperty } = error.params as { missingProperty: string };
      return {
        message: `${key} lacks "${missingProperty}".`,
        remedy: path.length === 0 ? 'Add the line "schema: headstart/v1".' : exampleOf(path),
      };
    }
    case 'type':
      return explainType(error, key, value, path);
    case 'const': {
      const { allowedValue } = error.params as { allowedValue: unknown };
      if (path[0] !== 'task')
        return { message: `${key} must be ${JSON.stringify(allowedValue)}, not ${value}.` };
      return {
        message: `the task ${value} is not supported, only single-label image classification ("classify").`,
        remedy: 'Measure it elsewhere and run "headstart analyze measurements.json" for the verdict.',
      };
    }
    case 'enum': {
      const allowed = (error.params as { allowedValues: unknown[] }).allowedValues.map(String);
      const nearest = typeof error.data === 'string' ? nearestWord(error.data, allowed) : null;
      return {
        message: `${key} must be one of ${allowed.join(', ')}, not ${value}.`,
        ...(nearest === null ? {} : { remedy: `Did you mean "${nearest}"?` }),
      };
    }
    case 'minimum':
    case 'maximum': {
      const { comparison, limit } = error.params as { comparison: string; limit: number };
      return {
        message: `${key} must be at ${comparison === '>=' ? 'least' : 'most'} ${limit}, not ${value}.`,
      };
    }
    case 'pattern':
      return { message: `${key} must be 64 hexadecimal digits, not ${value}.` };
    default:
      return { message: `${key} ${error.message ?? 'is not valid'}.` };
  }
}

/** JSON has neither `.nan` nor `.inf`. */
function displayValue(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return (JSON.stringify(value) as string | undefined)?.slice(0, 60) ?? 'nothing';
}

/** The keys in the JSON pointer of the wrong value. */
function pathOf({ instancePath }: ErrorObject): string[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function unknownKeyOf({ keyword, params }: ErrorObject): string | undefined {
  return keyword === 'additionalProperties'
    ? (params as { additionalProperty: string }).additionalProperty
    : undefined;
}

function explainUnknownKey(error: ErrorObject, path: string[]): Explanation {
  const unknown = unknownKeyOf(error) ?? '';
  if (unknown === '<<')
    return { message: 'merge keys ("<<") are not supported.', remedy: 'Write the keys out.' };
  const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const nearest = nearestWord(unknown, known);
  const where = path.length === 0 ? '' : ` in "${path.join('.')}"`;
  return {
    message: `unknown key "${unknown.slice(0, 60)}"${where}.`,
    remedy: nearest === null ? `Known keys are ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
  };
}

function explainType({ params, data }: ErrorObject, key: string, value: string, path: string[]): Explanation {
  const types = [(params as { type: string | string[] }).type].flat();
  const message = `${key} must be ${types.map((name) => TYPE_NAMES[name] ?? name).join(' or ')}, not ${value}.`;
  if (types.includes('string') && (typeof data === 'number' || typeof data === 'boolean'))
    return { message, remedy: `Put it in quotes: "${String(data)}".` };
  if (!types.includes('number') && !types.includes('integer')) return { message, remedy: exampleOf(path) };
  const isQuotedNumber = typeof data === 'string' && data.trim() !== '' && Number.isFinite(Number(data));
  return isQuotedNumber ? { message, remedy: `Remove the quotes: ${Number(data)}.` } : { message };
}

function exampleOf(path: string[]): string {
  return EXAMPLES[path[0]] ?? 'See schemas/manifest.schema.json.';
}
